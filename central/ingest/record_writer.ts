import type { RecordOwner, RecordWriter, StoreOutcome } from "@reflow/shared/connection";
import { AppError, messageOf } from "@reflow/shared/errors";
import { type StreamId, streamIdText, type Uuid } from "@reflow/shared/ids";
import type { Logger } from "@reflow/shared/telemetry";
import { backoffDelayMs, type Clock } from "@reflow/shared/time";
import { StoreError } from "../store/mod.ts";
import { IngestError } from "./ingest_error.ts";
import type { Ingest } from "./ingest.ts";
import { type PendingBatch, PendingRecords } from "./pending_records.ts";

/** What a writer works with. */
export interface RecordWriterDeps {
  readonly ingest: Pick<Ingest, "ingestLines">;
  /** Tells the store that the streams' writer lives. */
  readonly heartbeat: (streams: readonly StreamId[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Id of this process, in the place of a collector's. */
  readonly collectorId: Uuid;
  readonly newStreamId: () => Uuid;
}

/** Limits of a writer. */
export interface RecordWriterOptions {
  /** Text that may wait, in UTF-16 units; what comes beyond it fails at once. */
  readonly maxPendingBytes: number;
  readonly maxBatchRecords: number;
  /** How long the first record waits for company when no transaction is under way. */
  readonly maxBatchDelayMs: number;
}

/** What a writer has done. */
export interface RecordWriterStats {
  readonly pendingBytes: number;
  readonly stored: number;
  readonly failed: number;
  /** Text of the last failure, until something is stored again. */
  readonly lastError: string | undefined;
}

/** Group commit into the store, in the place of a collector's spool. */
export interface StoreRecordWriter extends RecordWriter, AsyncDisposable {
  stats(): RecordWriterStats;
}

/** A transaction of more text than this holds up everybody else. */
const MAX_BATCH_UNITS = 4 * 1024 * 1024;
/** How long a batch is tried. Its clients wait, and their own patience is not endless. */
const RETRY_FOR_MS = 10_000;
/** The same while the process is stopping. */
const RETRY_FOR_WHEN_CLOSING_MS = 3_000;
const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 1_000;
const HEARTBEAT_MS = 10_000;
/** Streams given up that are still kept alive for the traces in them. */
const MAX_FORMER_STREAMS = 100;

/** Makes a writer and starts its heartbeat. Disposing it refuses new records and waits for those it has. */
export function createRecordWriter(deps: RecordWriterDeps, options: RecordWriterOptions): StoreRecordWriter {
  return new StoreWriter(deps, options);
}

class StoreWriter implements StoreRecordWriter {
  readonly #deps: RecordWriterDeps;
  readonly #options: RecordWriterOptions;
  readonly #log: Logger;
  readonly #pending = new PendingRecords();
  readonly #closing = new AbortController();
  readonly #formerStreams: StreamId[] = [];
  readonly #heartbeat: Promise<void>;
  #stream: StreamId;
  #nextSequence = 0;
  /** Units taken out of the queue by the transaction that is under way. */
  #inFlightUnits = 0;
  #running: Promise<void> | undefined;
  #stored = 0;
  #failed = 0;
  #lastError: string | undefined;

  constructor(deps: RecordWriterDeps, options: RecordWriterOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#log = deps.log.child({ component: "record_writer" });
    this.#stream = { collector: deps.collectorId, stream: deps.newStreamId() };
    this.#heartbeat = this.#beat();
  }

  append(
    lines: string | readonly string[],
    _receivedAtMs: number,
    owner: RecordOwner,
  ): AppError | undefined {
    const list = typeof lines === "string" ? [lines] : lines;
    const units = list.reduce((sum, line) => sum + line.length, 0);
    if (this.#closing.signal.aborted) {
      return this.#refuse("Cannot store record: the writer is stopping", "ERR_WRITER_CLOSED");
    }
    const waiting = this.#pending.units + this.#inFlightUnits;
    if (waiting + units > this.#options.maxPendingBytes) {
      const state = `${waiting} bytes are waiting, the limit is ${this.#options.maxPendingBytes}`;
      return this.#refuse(`Cannot store record: ${state}`, "ERR_WRITER_OVERLOADED");
    }
    this.#pending.add(list, units, owner);
    this.#running ??= this.#drain();
    return undefined;
  }

  stats(): RecordWriterStats {
    return {
      pendingBytes: this.#pending.units + this.#inFlightUnits,
      stored: this.#stored,
      failed: this.#failed,
      lastError: this.#lastError,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#heartbeat;
  }

  #refuse(message: string, code: "ERR_WRITER_CLOSED" | "ERR_WRITER_OVERLOADED"): AppError {
    this.#failed++;
    return new IngestError(message, { code, retryable: true });
  }

  /** Runs while records wait, one transaction at a time; what arrives meanwhile forms the next. */
  async #drain(): Promise<void> {
    if (this.#options.maxBatchDelayMs > 0) {
      await this.#deps.clock.sleep(this.#options.maxBatchDelayMs, this.#closing.signal);
    }
    while (!this.#pending.isEmpty) {
      const batch = this.#pending.take({
        maxRecords: this.#options.maxBatchRecords,
        maxUnits: MAX_BATCH_UNITS,
      });
      this.#inFlightUnits = batch.units;
      const outcome = await this.#store(batch);
      this.#inFlightUnits = 0;
      for (const owner of batch.owners) owner.settled(outcome);
    }
    this.#running = undefined;
  }

  async #store(batch: PendingBatch): Promise<StoreOutcome> {
    const failed = await this.#tryToStore(batch.lines);
    if (failed === undefined) {
      this.#nextSequence += batch.lines.length;
      this.#stored += batch.lines.length;
      this.#lastError = undefined;
      return "durable";
    }
    this.#failed += batch.lines.length;
    this.#lastError = failed.message;
    this.#log.error("Cannot store records of direct connections", {
      stream: streamIdText(this.#stream),
      records: batch.lines.length,
      error: failed,
    });
    this.#abandonStream();
    return failed;
  }

  /** The same sequences are tried again, so that a commit nobody confirmed does not count twice. */
  async #tryToStore(lines: readonly string[]): Promise<AppError | undefined> {
    const { clock, ingest, random } = this.#deps;
    const startedMs = clock.monotonicMs();
    for (let attempt = 1;; attempt++) {
      try {
        const result = await ingest.ingestLines(this.#stream, { firstSequence: this.#nextSequence, lines });
        if (result.kind === "accepted") return undefined;
        return new StoreError(
          `Cannot store records: the stream is at ${result.expected}, expected ${this.#nextSequence}`,
          { code: "ERR_STORE_DATA", hint: "the stream's row was removed or the database was restored" },
        );
      } catch (error) {
        const failure = asAppError(error);
        const delayMs = backoffDelayMs({ attempt, baseMs: RETRY_BASE_MS, maxMs: RETRY_MAX_MS, random });
        const limitMs = this.#closing.signal.aborted ? RETRY_FOR_WHEN_CLOSING_MS : RETRY_FOR_MS;
        if (!failure.retryable || clock.monotonicMs() + delayMs > startedMs + limitMs) return failure;
        await clock.sleep(delayMs);
      }
    }
  }

  /** Nobody knows this stream's watermark any more, so that no further record may be numbered in it. */
  #abandonStream(): void {
    this.#formerStreams.push(this.#stream);
    if (this.#formerStreams.length > MAX_FORMER_STREAMS) this.#formerStreams.shift();
    this.#stream = { collector: this.#deps.collectorId, stream: this.#deps.newStreamId() };
    this.#nextSequence = 0;
  }

  async #beat(): Promise<void> {
    const { clock, heartbeat } = this.#deps;
    const { signal } = this.#closing;
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, signal);
      if (signal.aborted) return;
      try {
        await heartbeat([this.#stream, ...this.#formerStreams]);
      } catch (error) {
        this.#log.warn("Cannot tell the store that this process lives", { error });
      }
    }
  }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new StoreError(`Cannot store records: ${messageOf(error)}`, {
    code: "ERR_STORE_QUERY",
    cause: error,
  });
}
