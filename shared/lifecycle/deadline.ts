import { type Clock, systemClock } from "../time/mod.ts";
import type { ScopedSignal } from "./signals.ts";

/** A signal that aborts by itself after some time. */
export interface Deadline extends ScopedSignal {
  /** Whether time ran out, as opposed to the outer signal having aborted. */
  readonly expired: boolean;
}

/**
 * Returns a signal that aborts after `timeoutMs` with a `TimeoutError`, or when `outer` aborts with its reason.
 * Dispose it when the work is done: the timer and the listener on `outer` go with it.
 *
 * @example
 * ```ts
 * using limit = deadline(5_000, signal);
 * const response = await fetch(url, { signal: limit.signal });
 * ```
 */
export function deadline(
  timeoutMs: number,
  outer?: AbortSignal,
  options: { readonly clock?: Clock } = {},
): Deadline {
  const { clock = systemClock } = options;
  // Not AbortSignal.any(): its link to a long-lived outer signal lasts until garbage is collected.
  const controller = new AbortController();
  const finished = new AbortController();
  let expired = false;

  const follow = () => {
    controller.abort(outer?.reason);
    finished.abort();
  };
  if (outer?.aborted) follow();
  else outer?.addEventListener("abort", follow);

  // Rejects only in tests that dispose their clock first; the deadline then never comes.
  clock.sleep(timeoutMs, finished.signal).then(() => {
    if (finished.signal.aborted) return;
    expired = true;
    controller.abort(new DOMException(`Deadline of ${timeoutMs} ms passed`, "TimeoutError"));
  }, () => {});

  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      outer?.removeEventListener("abort", follow);
      finished.abort();
    },
  };
}
