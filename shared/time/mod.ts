/**
 * Time as a parameter: the clock, durations as people write them, and the waiting time between attempts.
 *
 * Invariants
 * - I1 Nothing in the product reads the time or waits except through a `Clock` that it was given.
 * - I2 `sleep()` returns when its signal aborts; it never throws for that, and it leaves no timer behind.
 * - I3 `parseDuration(formatDuration(ms)) === ms` for whole, non-negative milliseconds.
 * - I4 A backoff is at least 1 ms and never above its maximum.
 *
 * Failure: texts that are no duration give `undefined` or a `RangeError`; everything else is total.
 */
export { type Clock, systemClock } from "./clock.ts";
export { type ManualClock, manualClock } from "./manual_clock.ts";
export { type DurationUnit, formatDuration, parseDuration, tryParseDuration, unitToMs } from "./duration.ts";
export { backoffDelayMs, type BackoffOptions } from "./backoff.ts";
