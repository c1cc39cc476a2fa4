import type { StreamId } from "@reflow/shared/ids";

/** What became of one batch. */
export type SendOutcome =
  /** Stored up to `watermark`, the next sequence that central expects. */
  | { readonly kind: "accepted"; readonly watermark: number }
  /** The batch begins after the sequence that central expects. */
  | { readonly kind: "gap"; readonly expected: number }
  | { readonly kind: "throttled"; readonly retryAfterMs: number | undefined; readonly message: string }
  /** Central cannot read the batch. */
  | { readonly kind: "rejected"; readonly message: string }
  | { readonly kind: "unauthorized"; readonly message: string }
  | { readonly kind: "too_large" }
  /** No answer, or none that says anything about the batch. */
  | { readonly kind: "unreachable"; readonly message: string };

/** The way to central. Never throws: failing is an outcome. */
export interface Sender {
  /** Sends whole blocks of one stream. Returns soon after `signal` aborts, as unreachable. */
  send(stream: StreamId, bytes: Uint8Array, signal: AbortSignal): Promise<SendOutcome>;
}

/** How delivery behaves; {@linkcode DEFAULT_SHIP_OPTIONS} holds the usual values. */
export interface ShipOptions {
  /** Bytes of a batch; a single larger block is sent all the same. */
  readonly maxBatchBytes: number;
  /** Bound of the first wait after a failure; it doubles with each further one. */
  readonly retryBaseMs: number;
  /** Bound of every wait after a failure. */
  readonly retryMaxMs: number;
  /** The same trouble is logged no more often than this. */
  readonly complainEveryMs: number;
}

/** Values that fit every deployment so far. */
export const DEFAULT_SHIP_OPTIONS = {
  maxBatchBytes: 1024 * 1024,
  retryBaseMs: 200,
  retryMaxMs: 30_000,
  complainEveryMs: 60_000,
} as const satisfies ShipOptions;

/** What delivery did so far; the shipper alone writes it. */
export interface ShipCounters {
  /** Batches that central took, and their bytes as sent. */
  batches: number;
  bytes: number;
  /** Records that central said it has because of this run. */
  records: number;
  /** Records that central was told of as given up by reason, whoever gave them up. */
  dropped: Record<string, number>;
  /** Attempts that did not end with progress, by what came back. */
  retries: Record<string, number>;
  lastSuccessAtMs: number | undefined;
  lastError: { readonly atMs: number; readonly message: string } | undefined;
}

/** Counters at zero. */
export function createShipCounters(): ShipCounters {
  return {
    batches: 0,
    bytes: 0,
    records: 0,
    dropped: {},
    retries: {},
    lastSuccessAtMs: undefined,
    lastError: undefined,
  };
}
