import type { Clock } from "./clock.ts";

/** A clock for tests: time stands still until the test moves it. */
export interface ManualClock extends Clock, Disposable {
  /** Moves both clocks forward, waking each sleeper at its own time and letting it run before the next. */
  advance(deltaMs: number): Promise<void>;
  /** Sets the wall clock alone, like a correction by NTP; sleepers follow monotonic time and do not notice. */
  setNow(unixMs: number): void;
  /** Returns once at least `count` sleepers wait, so that a test can await instead of guessing. */
  untilSleeping(count?: number): Promise<void>;
  /** How many sleepers wait now. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

interface Watcher {
  readonly count: number;
  readonly notify: () => void;
}

/**
 * Makes a clock that only `advance()` moves. Disposing it wakes whoever still sleeps; a later `sleep()` rejects,
 * because a loop that outlives its test should fail rather than spin.
 *
 * @example
 * ```ts
 * using clock = manualClock();
 * const woken = clock.sleep(1_000);
 * await clock.advance(1_000);
 * await woken;
 * ```
 */
export function manualClock(options: { readonly startUnixMs?: number } = {}): ManualClock {
  let wallMs = options.startUnixMs ?? Date.UTC(2024, 0, 1);
  let elapsedMs = 0;
  let disposed = false;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<Watcher>();

  function nextDue(untilMs: number): Sleeper | undefined {
    let due: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.wakeAtMs <= untilMs && (due === undefined || sleeper.wakeAtMs < due.wakeAtMs)) {
        due = sleeper;
      }
    }
    return due;
  }

  function moveTo(targetMs: number): void {
    wallMs += targetMs - elapsedMs;
    elapsedMs = targetMs;
  }

  return {
    now: () => wallMs,
    monotonicMs: () => elapsedMs,
    get sleeping() {
      return sleepers.size;
    },
    setNow(unixMs) {
      wallMs = unixMs;
    },
    sleep(delayMs, signal) {
      if (disposed) return Promise.reject(new Error("Cannot sleep: the manual clock is disposed"));
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { wakeAtMs: elapsedMs + Math.max(delayMs, 0), wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake);
        for (const watcher of watchers) if (sleepers.size >= watcher.count) watcher.notify();
      });
    },
    async advance(deltaMs) {
      const targetMs = elapsedMs + deltaMs;
      // Code that was just started must reach its sleep before time moves past it.
      await turn();
      for (let due = nextDue(targetMs); due !== undefined; due = nextDue(targetMs)) {
        moveTo(Math.max(due.wakeAtMs, elapsedMs));
        due.wake();
        await turn();
      }
      moveTo(targetMs);
    },
    untilSleeping(count = 1) {
      if (sleepers.size >= count) return Promise.resolve();
      return new Promise((resolve) => {
        const watcher = { count, notify: () => (watchers.delete(watcher), resolve()) };
        watchers.add(watcher);
      });
    },
    [Symbol.dispose]() {
      disposed = true;
      for (const sleeper of [...sleepers]) sleeper.wake();
    },
  };
}

// A whole turn of the event loop, not a microtask: woken code may await several times before it sleeps again.
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
