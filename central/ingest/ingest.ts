import { type StreamId, streamIdText } from "@reflow/shared/ids";
import type { EventHead, ExecutionStatus } from "@reflow/shared/protocol";
import type { Logger } from "@reflow/shared/telemetry";
import { type Database, StoreError } from "../store/mod.ts";
import { applyPlan, type TraceFacts } from "./apply_plan.ts";
import { decodeBatch, readBatchFrame, trimGap } from "./decode_batch.ts";
import { type Plan, planBatch } from "./plan.ts";
import { readRecord } from "./read_record.ts";
import type { Slot } from "./slot.ts";
import { advanceStream, lockStream, readWatermark, type StreamKind } from "./stream_row.ts";
import { WorkGate } from "./work_gate.ts";

/** What became of a batch. Everything below the watermark is stored, a dead letter, or declared as dropped. */
export type IngestResult =
  | { readonly kind: "accepted"; readonly watermark: number }
  /** The batch starts above what is expected; nothing of it is stored. */
  | { readonly kind: "gap"; readonly expected: number };

/** One event that was stored just now, for live subscribers. */
export interface NewEvent {
  readonly traceId: string;
  readonly head: EventHead;
  /** JSON text of the event, as sent. */
  readonly text: string;
  readonly flowId: string;
  readonly flowName: string | null;
  readonly status: ExecutionStatus;
}

/** What one transaction has stored, for metrics. */
export interface StoredCounts {
  readonly records: number;
  readonly events: number;
  readonly deadLetters: number;
  readonly dropped: ReadonlyMap<string, number>;
}

/** What ingest works with. */
export interface IngestDeps {
  readonly database: Database;
  readonly log: Logger;
  /** Hears of new events after their commit, in the order of arrival. It must not throw. */
  readonly onEvents?: (events: readonly NewEvent[]) => void;
  /** Hears of every commit. It must not throw. */
  readonly onStored?: (counts: StoredCounts) => void;
}

/** Bounds of a batch. */
export interface IngestOptions {
  /** What the blocks of one batch may unpack to together; 64 MiB unless told otherwise. */
  readonly maxRawBytes?: number;
}

/** Batches in. */
export interface Ingest {
  /**
   * Stores a batch of whole blocks. When it returns `accepted`, everything below the watermark is committed.
   *
   * @throws IngestError `ERR_BATCH_MALFORMED`, `ERR_BATCH_TOO_LARGE`, `ERR_INGEST_BUSY`.
   * @throws StoreError; when it is retryable, sending the same batch again is safe whatever was committed.
   */
  ingestBatch(stream: StreamId, bytes: Uint8Array): Promise<IngestResult>;
  /** The same for records of this process, which were never in a block. */
  ingestLines(stream: StreamId, lines: OwnLines): Promise<IngestResult>;
  /** Next sequence expected of a stream; 0 for one that is unknown. */
  watermark(stream: StreamId): Promise<number>;
}

/** Records of a stream that this process writes itself. */
export interface OwnLines {
  readonly firstSequence: number;
  readonly lines: readonly string[];
}

const MAX_RAW_BYTES = 64 * 1024 * 1024;
// A batch in work takes several times what it unpacks to: its text, its rows, what the driver sends. Thirty of the
// largest at once took 3.5 GB and held everybody else up for seconds.
const MAX_WORK_BYTES = 64 * 1024 * 1024;
const MAX_WAITING_BYTES = 128 * 1024 * 1024;

/** Makes ingest over a database. */
export function createIngest(deps: IngestDeps, options: IngestOptions = {}): Ingest {
  const { database } = deps;
  const log = deps.log.child({ component: "ingest" });
  const maxRawBytes = options.maxRawBytes ?? MAX_RAW_BYTES;
  const gate = new WorkGate({ maxWorkBytes: MAX_WORK_BYTES, maxWaitingBytes: MAX_WAITING_BYTES });

  /** One transaction over slots that are in order; of those above the watermark nothing is stored. */
  async function commit(stream: StreamId, slots: readonly Slot[], kind: StreamKind): Promise<IngestResult> {
    const first = slots[0];
    const done = await database.transaction(async (tx) => {
      const locked = await lockStream(tx, stream, kind);
      const isGap = first !== undefined && first.sequence > locked.watermark;
      const fresh = isGap ? [] : trimGap(slots, locked.watermark);
      if (fresh.length === 0) return { watermark: locked.watermark, isGap };
      const plan = planBatch(fresh, stream);
      const facts = await applyPlan(tx, plan, stream);
      await advanceStream(tx, stream, locked, plan);
      return { watermark: plan.watermark, isGap, plan, facts };
    });
    if (done.plan !== undefined) announce(deps, done.plan, done.facts);
    return done.isGap
      ? { kind: "gap", expected: done.watermark }
      : { kind: "accepted", watermark: done.watermark };
  }

  /** Commits slots; when the database refuses their values, halves them down to the record that is at fault. */
  async function commitBisecting(
    stream: StreamId,
    slots: readonly Slot[],
    kind: StreamKind,
  ): Promise<IngestResult> {
    try {
      return await commit(stream, slots, kind);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "ERR_STORE_DATA") throw error;
      const [slot] = slots;
      if (slots.length === 1 && slot?.kind === "entry") {
        log.warn("A record is kept as a dead letter", {
          stream: streamIdText(stream),
          sequence: slot.sequence,
          error,
        });
        const { sequence, line } = slot;
        const dead: Slot = { kind: "dead", sequence, line, reason: error.message, receivedAtMs: undefined };
        return await commit(stream, [dead], kind);
      }
      if (slots.length <= 1) throw error;
      const middle = Math.ceil(slots.length / 2);
      const result = await commitBisecting(stream, slots.slice(0, middle), kind);
      if (result.kind === "gap") return result;
      return await commitBisecting(stream, slots.slice(middle), kind);
    }
  }

  return {
    watermark: (stream) => readWatermark(database, stream),
    async ingestBatch(stream, bytes) {
      const frame = readBatchFrame(bytes, maxRawBytes);
      // Asked before unpacking, which is most of the work; the transaction asks again under its lock.
      const expected = await readWatermark(database, stream);
      if (frame.firstSequence > expected) return { kind: "gap", expected };
      if (frame.endSequence <= expected) return { kind: "accepted", watermark: expected };
      using _place = await gate.enter({ workBytes: frame.rawBytes, receivedBytes: bytes.byteLength });
      return await commitBisecting(stream, decodeBatch(frame, expected), "collector");
    },
    async ingestLines(stream, { firstSequence, lines }) {
      if (lines.length === 0) return { kind: "accepted", watermark: await readWatermark(database, stream) };
      const slots = lines.map((line, index) => readRecord(line, firstSequence + index));
      return await commitBisecting(stream, slots, "central");
    },
  };
}

function announce(deps: IngestDeps, plan: Plan, facts: ReadonlyMap<string, TraceFacts>): void {
  deps.onStored?.({
    records: plan.recordsStored,
    events: plan.eventsStored,
    deadLetters: plan.deadLetters.length,
    dropped: plan.dropped,
  });
  if (deps.onEvents === undefined || plan.live.length === 0) return;
  deps.onEvents(plan.live.map(({ traceId, head, text }) => {
    const trace = facts.get(traceId);
    return {
      traceId,
      head,
      text,
      flowId: trace?.flow_id ?? "",
      flowName: trace?.flow_name ?? null,
      status: statusOf(trace),
    };
  }));
}

function statusOf(trace: TraceFacts | undefined): ExecutionStatus {
  switch (trace?.status) {
    case "Failed":
      return { name: "Failed", error: trace.error ?? "" };
    case "Pending":
    case "Completed":
    case "Cancelled":
      return { name: trace.status };
    default:
      return { name: "Running" };
  }
}
