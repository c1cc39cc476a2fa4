import type { Clock } from "../time/mod.ts";

/**
 * Makes a gate for complaints that would repeat: `action` runs at most once in `intervalMs` and learns how many calls
 * were swallowed since it last ran.
 *
 * @example
 * ```ts
 * const onceAMinute = everyMs(clock, 60_000);
 * onceAMinute((swallowed) => log.warn("Central refuses the token", { swallowed }));
 * ```
 */
export function everyMs(
  clock: Pick<Clock, "monotonicMs">,
  intervalMs: number,
): (action: (swallowed: number) => void) => void {
  let nextMs = Number.NEGATIVE_INFINITY;
  let swallowed = 0;
  return (action) => {
    const nowMs = clock.monotonicMs();
    if (nowMs < nextMs) {
      swallowed++;
      return;
    }
    const count = swallowed;
    nextMs = nowMs + intervalMs;
    swallowed = 0;
    action(count);
  };
}
