import type { Clock } from "@reflow/shared/time";

/** Blocking up to this long is as good as awaiting. */
const QUICK_MS = 50;
/** After a longer time, none for this many times its duration: blocking takes at most a twentieth of the time. */
const REST = 20;

/** Decides when the disk may keep the event loop waiting. */
export class BlockingBudget {
  readonly #clock: Clock;
  #restsUntilMs = 0;
  /** How often it was used. */
  count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether blocking now is fine. */
  isAllowed(): boolean {
    return this.#clock.monotonicMs() >= this.#restsUntilMs;
  }

  /** Runs what blocks, and notes how long it took even when it throws. */
  measure(action: () => void): void {
    const startedAtMs = this.#clock.monotonicMs();
    this.count++;
    try {
      action();
    } finally {
      const tookMs = this.#clock.monotonicMs() - startedAtMs;
      if (tookMs > QUICK_MS) this.#restsUntilMs = startedAtMs + tookMs * (1 + REST);
    }
  }
}
