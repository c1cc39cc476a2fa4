import { unreachable } from "@reflow/shared/errors";
import { backoffDelayMs } from "@reflow/shared/time";
import type { SendOutcome, ShipOptions } from "./types.ts";

/** What an answer is judged by. */
export interface AnswerContext {
  /** Sequence that central was last known to expect. */
  readonly position: number;
  /** First sequence of the batch. */
  readonly firstSequence: number;
  /** Blocks in the batch. */
  readonly blockCount: number;
  /** Whether the batch is a declared gap, which is as small as it gets. */
  readonly isGap: boolean;
  /** Attempts without progress, this one included; from 1. */
  readonly attempt: number;
  /** How often this very block was rejected alone, this time included. */
  readonly rejections: number;
  readonly options: Pick<ShipOptions, "retryBaseMs" | "retryMaxMs">;
  readonly random: () => number;
}

/** What to do next, after waiting `delayMs`. */
export type Decision =
  | { readonly kind: "acknowledge"; readonly watermark: number; readonly delayMs: number }
  | { readonly kind: "retry"; readonly delayMs: number }
  /** Send fewer blocks. */
  | { readonly kind: "shrink"; readonly delayMs: number }
  /** Make smaller blocks of the one that was sent. */
  | { readonly kind: "split"; readonly delayMs: number }
  | { readonly kind: "give_up"; readonly reason: string; readonly delayMs: number };

/** A block may be damaged on the way; refused this often, it is the block. */
const MAX_REJECTIONS = 3;
/** A server that asks for more than this is not understood. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/** Judges an answer. Pure: chance comes in through `random`. */
export function decide(outcome: SendOutcome, context: AnswerContext): Decision {
  const { attempt, options, random } = context;
  const delayMs = backoffDelayMs({ attempt, baseMs: options.retryBaseMs, maxMs: options.retryMaxMs, random });
  switch (outcome.kind) {
    case "accepted": {
      const isProgress = outcome.watermark > context.position;
      return { kind: "acknowledge", watermark: outcome.watermark, delayMs: isProgress ? 0 : delayMs };
    }
    case "gap":
      // A gap lies before the batch. Taking anything else as done would lose records on one wrong word.
      if (outcome.expected >= context.firstSequence) return { kind: "retry", delayMs };
      // The first one is an answer like any other; a second one in a row means that we do not understand each other.
      return { kind: "acknowledge", watermark: outcome.expected, delayMs: attempt === 1 ? 0 : delayMs };
    case "too_large":
      if (context.isGap) return { kind: "retry", delayMs };
      return { kind: context.blockCount > 1 ? "shrink" : "split", delayMs: 0 };
    case "rejected":
      if (context.blockCount > 1) return { kind: "shrink", delayMs };
      if (context.isGap || context.rejections < MAX_REJECTIONS) return { kind: "retry", delayMs };
      return { kind: "give_up", reason: "rejected", delayMs };
    case "throttled":
      return { kind: "retry", delayMs: throttleDelayMs(outcome.retryAfterMs, delayMs, context) };
    case "unauthorized":
    case "unreachable":
      return { kind: "retry", delayMs };
    default:
      return unreachable(outcome);
  }
}

// A tenth more at most: collectors that were throttled together should not come back together.
function throttleDelayMs(
  retryAfterMs: number | undefined,
  delayMs: number,
  { options, random }: AnswerContext,
): number {
  // keeps S2: "Retry-After: 0", or a date that has passed by a server's clock, would make a tight loop.
  if (retryAfterMs === undefined || retryAfterMs < options.retryBaseMs) return delayMs;
  const askedMs = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  return Math.ceil(askedMs * (1 + random() / 10));
}
