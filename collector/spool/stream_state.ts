import type { Uuid } from "@reflow/shared/ids";
import type { SpoolGap } from "./types.ts";

/** One file of a stream. */
export interface Segment {
  /** Sequence of its first record; its name. */
  readonly first: number;
  /** Bytes that are committed. */
  bytes: number;
  /** Receive time of its first record, unix ms; `undefined` until known. */
  firstReceivedAtMs: number | undefined;
}

/** Bytes on disk over all streams, beside their limit. */
export interface DiskUsage {
  bytes: number;
  readonly maxBytes: number;
}

/** Counted gaps that can still be taken back when central rewinds; older ones stay counted. */
const MAX_COUNTED_GAPS = 1_000;

/** What writer, reader and statistics share about one stream. */
export class StreamState {
  readonly id: Uuid;
  readonly folder: string;
  /** Whether this run writes it. */
  isLive = false;
  /** Whether the last record and the `closed` file are written. */
  isClosed = false;
  isDone = false;
  /** Ascending, without two of the same first sequence. */
  readonly segments: Segment[] = [];
  /** Sequence after the last committed record. */
  next = 0;
  /** Sequence that central expects next. */
  acknowledged = 0;
  /** Below this central has acknowledged everything at some time. */
  highestAcknowledged = 0;
  /** Receive time of the block at `acknowledged`, as far as the reader knows it. */
  oldestReceivedAtMs: number | undefined;
  readonly dropped = new Map<string, number>();
  /** A live segment whose file vanished: its writer must begin another one. */
  vanishedSegment: number | undefined;
  /** Central says that the stream is already longer: the writer must not use the sequences below. */
  skipTo = 0;
  readonly #declared = new Map<number, SpoolGap>();
  readonly #counted: SpoolGap[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(id: Uuid, folder: string) {
    this.id = id;
    this.folder = folder;
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Records dropped, whatever the reason. */
  get droppedRecords(): number {
    let sum = 0;
    for (const count of this.dropped.values()) sum += count;
    return sum;
  }

  /** Index of the segment that holds the sequence, -1 when it lies before the first one. */
  segmentIndexOf(sequence: number): number {
    return this.segments.findLastIndex((segment) => segment.first <= sequence);
  }

  /** Remembers a gap that central will be told of. */
  declareGap(gap: SpoolGap): void {
    const end = gap.firstSequence + gap.recordCount;
    if (gap.recordCount > 0 && !this.#declared.has(end)) this.#declared.set(end, gap);
  }

  /** Moves the watermark and settles which declared gaps count as dropped. */
  moveTo(watermark: number): void {
    for (const [end, gap] of this.#declared) {
      if (end > watermark) continue;
      this.#declared.delete(end);
      this.#count(gap, gap.recordCount);
      this.#counted.push(gap);
    }
    // A rewind takes them back; they will be declared again.
    for (let last = this.#counted.at(-1); last !== undefined; last = this.#counted.at(-1)) {
      if (last.firstSequence < watermark) break;
      this.#counted.pop();
      this.#count(last, -last.recordCount);
    }
    if (this.#counted.length > MAX_COUNTED_GAPS) this.#counted.shift();
    this.acknowledged = watermark;
    this.highestAcknowledged = Math.max(this.highestAcknowledged, watermark);
  }

  /** Wakes whoever waits for a change. */
  notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Returns at the next change, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  #count(gap: SpoolGap, records: number): void {
    const sum = (this.dropped.get(gap.reason) ?? 0) + records;
    if (sum > 0) this.dropped.set(gap.reason, sum);
    else this.dropped.delete(gap.reason);
  }
}
