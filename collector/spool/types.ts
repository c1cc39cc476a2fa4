import type { Uuid } from "@reflow/shared/ids";
import type { SpoolError } from "./spool_error.ts";

/** What became of an append that was taken: on disk for good, or not and why. */
export type AppendOutcome = "durable" | SpoolError;

/** Who is told what became of an append. One object may own many appends; no closure is made per record. */
export interface AppendOwner {
  /**
   * Called once per append that was taken, in the order of the appends, after the sync that covers it. May run before
   * `append()` returns. Must not throw.
   */
  settled(outcome: AppendOutcome): void;
}

/** The writing half, all that the receiving side needs. */
export interface SpoolWriter {
  /**
   * Takes the record lines of one frame; several lines stay together in one block. Never throws and never waits.
   *
   * @param lines one or more results of `encodeRecord`, without line breaks
   * @param receivedAtMs unix ms
   * @returns why they were not taken (full, overloaded, closed), and then the owner hears nothing
   */
  append(
    lines: string | readonly string[],
    receivedAtMs: number,
    owner: AppendOwner,
  ): SpoolError | undefined;
  /** Returns when everything appended before the call is settled. */
  flush(): Promise<void>;
  /** Whether the last attempt to write succeeded. */
  health(): SpoolHealth;
}

/** State of the disk as the writer sees it. */
export interface SpoolHealth {
  readonly ok: boolean;
  /** The failure of the last attempt; absent while `ok`. */
  readonly lastError?: SpoolError;
}

/** Bounds of one batch. */
export interface BatchLimits {
  /** A single block may be larger: at least one is always given. */
  readonly maxBytes: number;
  /** Blocks beyond the first that would pass this are left for the next batch. */
  readonly maxRecords?: number;
}

/** Whole blocks, ready to be sent. */
export interface SpoolBatch {
  readonly bytes: Uint8Array;
  /** Sequence of the first record; may lie below the acknowledged watermark when that is inside a block. */
  readonly firstSequence: number;
  /** Sequence after the last record. */
  readonly nextSequence: number;
  readonly blockCount: number;
  /** Why the sequences are given up, when the batch declares a gap instead of holding records. */
  readonly gapReason?: string;
}

/** Sequences that were given up. */
export interface SpoolGap {
  readonly firstSequence: number;
  readonly recordCount: number;
  readonly reason: string;
}

/** The reading half of one stream, for the shipper. One caller at a time. */
export interface StreamReader {
  readonly id: Uuid;
  /** A stream of an earlier run whose records are all acknowledged; its folder is gone. */
  readonly isDone: boolean;
  /**
   * Committed blocks from the acknowledged watermark on; `undefined` when there are none now.
   *
   * @throws SpoolError `ERR_SPOOL_READ` (retryable) when the disk refuses, `ERR_SPOOL_VERSION` for newer blocks
   */
  readBatch(limits: BatchLimits): Promise<SpoolBatch | undefined>;
  /** Moves to the sequence that central expects next, in either direction, and removes what it no longer needs. */
  acknowledge(watermark: number): Promise<void>;
  /** Notes that the sender declared a gap to central; it counts as dropped once acknowledged. */
  noteGap(gap: SpoolGap): void;
  /** Returns when a batch can be read, the stream is done, or `signal` aborts. */
  waitForData(signal: AbortSignal): Promise<void>;
}

/** Ledger of one stream: `nextSequence = delivered + spooled + dropped`. Counted in records. */
export interface StreamStats {
  readonly id: Uuid;
  readonly isLive: boolean;
  /** Sequence of the next record, so also the number of records accepted. */
  readonly nextSequence: number;
  /** Sequence that central expects next. */
  readonly acknowledged: number;
  readonly delivered: number;
  readonly spooled: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Receive time of the first record not acknowledged, unix ms, as far as known. */
  readonly oldestReceivedAtMs: number | undefined;
  /** Bytes of segments. */
  readonly bytes: number;
}

/** The spool at one moment. */
export interface SpoolStats {
  readonly bytes: number;
  readonly maxBytes: number;
  /** Bytes (as counted by {@linkcode SpoolOptions.maxPendingBytes}) that wait for the disk. */
  readonly pendingBytes: number;
  readonly unacknowledgedRecords: number;
  readonly oldestReceivedAtMs: number | undefined;
  readonly streams: readonly StreamStats[];
  /** Appends that were never accepted, by error code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Syncs done, blocks and bytes written by this run. */
  readonly commits: number;
  readonly blocks: number;
  readonly writtenBytes: number;
  readonly writeFailures: number;
  readonly damagedBytes: number;
}

/** The durable queue. Disposing it flushes, marks the stream as ended and releases the folder. */
export interface Spool extends SpoolWriter, AsyncDisposable {
  readonly collectorId: Uuid;
  /** The stream of this run. */
  readonly live: StreamReader;
  /** Streams of earlier runs that still hold records, oldest first. */
  backlog(): readonly StreamReader[];
  stats(): SpoolStats;
}

/** Limits of a spool; {@linkcode DEFAULT_SPOOL_OPTIONS} holds the usual ones. */
export interface SpoolOptions {
  /** Folder; made when absent. */
  readonly folder: string;
  /** A segment that has grown to this is closed and the next one begins. */
  readonly segmentBytes: number;
  /** Raw text in one block, in UTF-16 units (bytes for ASCII); one larger frame makes a block of its own. */
  readonly maxBlockBytes: number;
  readonly maxBlockRecords: number;
  /** Raw text that may wait for the disk, in UTF-16 units; beyond it appends fail with `ERR_SPOOL_OVERLOADED`. */
  readonly maxPendingBytes: number;
  /** Disk space; beyond it appends fail with `ERR_SPOOL_FULL`. */
  readonly maxBytes: number;
  /** What gives way when the disk limit is reached: the new record. */
  readonly whenFull: "reject";
}

/** Limits that fit a developer's machine as well as a server. */
export const DEFAULT_SPOOL_OPTIONS = {
  segmentBytes: 16 * 1024 * 1024,
  maxBlockBytes: 1024 * 1024,
  maxBlockRecords: 4096,
  maxPendingBytes: 64 * 1024 * 1024,
  maxBytes: 10 * 1024 * 1024 * 1024,
  whenFull: "reject",
} as const satisfies Omit<SpoolOptions, "folder">;
