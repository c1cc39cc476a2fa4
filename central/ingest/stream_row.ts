import type { StreamId } from "@reflow/shared/ids";
import type { Queryable, Transaction } from "../store/mod.ts";
import type { Plan } from "./plan.ts";

/** Who writes a stream: a collector, or a central process for the programs that connect to it. */
export type StreamKind = "collector" | "central";

/** More reasons than there are; whatever a sender makes up beyond them is counted as "other". */
const MAX_REASONS = 50;

/** A stream whose row is locked. */
export interface LockedStream {
  readonly watermark: number;
  readonly droppedByReason: ReadonlyMap<string, number>;
}

/** Next sequence expected of a stream; 0 for one that is unknown. */
export async function readWatermark(database: Queryable, stream: StreamId): Promise<number> {
  const [row] = await database.query<{ watermark: string }>(
    "SELECT watermark FROM tracing.streams WHERE stream_id = $1 AND collector_id = $2",
    [stream.stream, stream.collector],
  );
  return row === undefined ? 0 : Number(row.watermark);
}

/** Locks a stream's row for the transaction, and makes it when the stream is new. */
export async function lockStream(tx: Transaction, stream: StreamId, kind: StreamKind): Promise<LockedStream> {
  await tx.query(
    "INSERT INTO tracing.streams (stream_id, collector_id, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [stream.stream, stream.collector, kind],
  );
  const [row] = await tx.query<{ watermark: string; reasons: string }>(
    `SELECT watermark, dropped_by_reason::text AS reasons FROM tracing.streams
      WHERE stream_id = $1 AND collector_id = $2 FOR UPDATE`,
    [stream.stream, stream.collector],
  );
  return { watermark: Number(row?.watermark ?? 0), droppedByReason: parseReasons(row?.reasons ?? "{}") };
}

/** Moves the watermark of a locked stream and adds to its ledger: accepted = stored + dead + dropped. */
export async function advanceStream(
  tx: Transaction,
  stream: StreamId,
  locked: LockedStream,
  plan: Plan,
): Promise<void> {
  const droppedNow = [...plan.dropped.values()].reduce((sum, count) => sum + count, 0);
  await tx.query(
    `UPDATE tracing.streams SET
       watermark = $3,
       records_stored = records_stored + $4,
       records_dead = records_dead + $5,
       records_dropped = records_dropped + $6,
       dropped_by_reason = $7::text::jsonb,
       events_stored = events_stored + $8,
       last_seen_at = now(),
       lost_at = CASE WHEN $9 THEN now() ELSE lost_at END
     WHERE stream_id = $1 AND collector_id = $2`,
    [
      stream.stream,
      stream.collector,
      plan.watermark,
      plan.recordsStored,
      plan.deadLetters.length,
      droppedNow,
      JSON.stringify(Object.fromEntries(addReasons(locked.droppedByReason, plan.dropped))),
      plan.eventsStored,
      plan.lost !== undefined,
    ],
  );
}

function addReasons(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): Map<string, number> {
  const sum = new Map(before);
  for (const [reason, count] of now) {
    const name = sum.has(reason) || sum.size < MAX_REASONS ? reason : "other";
    sum.set(name, (sum.get(name) ?? 0) + count);
  }
  return sum;
}

function parseReasons(text: string): Map<string, number> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([reason, count]) => typeof count === "number" ? [[reason, count]] : []),
  );
}
