/** What decides one waiting time between attempts. */
export interface BackoffOptions {
  /** Failed attempts so far, from 1; smaller values count as 1. */
  readonly attempt: number;
  /** Upper bound of the first wait. */
  readonly baseMs: number;
  /** Upper bound of every wait. */
  readonly maxMs: number;
  /** A number in [0, 1), such as `Math.random`. */
  readonly random: () => number;
}

/**
 * Returns how long to wait before the next attempt: a uniformly random whole number of milliseconds between 1 and
 * the doubled-per-attempt bound. The whole range is random ("full jitter"), because clients that failed together
 * must not come back together; zero is excluded, because nothing is retried in a tight loop.
 */
export function backoffDelayMs(options: BackoffOptions): number {
  // 2 ** 1024 is Infinity, which Math.min turns into maxMs; NaN could only come from baseMs 0.
  const doublings = Math.min(Math.max(options.attempt, 1) - 1, 1_000);
  const boundMs = Math.max(Math.min(options.baseMs * 2 ** doublings, options.maxMs), 1);
  return 1 + Math.floor(options.random() * boundMs);
}
