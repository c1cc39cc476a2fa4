/** The only source of time in the product; passed as a parameter so that tests own it. */
export interface Clock {
  /** Wall clock, Unix milliseconds; may jump in both directions. */
  now(): number;
  /** Milliseconds since an arbitrary start; never runs backwards, so use it for durations and schedules. */
  monotonicMs(): number;
  /** Returns after `delayMs`, or earlier when `signal` aborts; being aborted is a return, not an error. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

// setTimeout keeps its delay in a signed 32-bit integer and fires at once above it.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of the operating system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(delayMs, signal) {
    const endMs = performance.now() + delayMs;
    let leftMs = delayMs;
    do {
      if (signal?.aborted) return;
      await timer(Math.min(Math.max(leftMs, 0), MAX_TIMER_MS), signal);
      leftMs = endMs - performance.now();
      // A timer may fire a fraction of a millisecond early; that is no reason for another round.
    } while (leftMs >= 1);
  },
};

function timer(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(id);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const id = setTimeout(finish, delayMs);
    signal?.addEventListener("abort", finish);
  });
}
