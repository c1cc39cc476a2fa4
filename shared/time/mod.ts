/**
 * Time as a parameter: the clock, durations as people write them, and the waiting time between attempts.
 *
 * Invariants
 * - I1 Whatever decides by the time, or waits, does so through a `Clock` that it was given; the shells around the
 *   database drivers, which own their limits, and the log are the exceptions.
 * - I2 `sleep()` returns when its signal aborts; it never throws for that, and it leaves no timer behind.
 * - I3 `tryParseDuration(formatDuration(ms)) === ms` for whole, non-negative milliseconds.
 * - I4 A backoff is at least 1 ms and never above its maximum.
 *
 * Failure: texts that are no duration give `undefined`; everything else is total.
 */
export { type Clock, systemClock } from "./clock.ts";
export { type ManualClock, manualClock } from "./manual_clock.ts";
export { type DurationUnit, formatDuration, tryParseDuration, unitToMs } from "./duration.ts";
export { backoffDelayMs, type BackoffOptions } from "./backoff.ts";
