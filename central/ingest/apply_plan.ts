import type { StreamId, Uuid } from "@reflow/shared/ids";
import { columnText, timeText, type Transaction } from "../store/mod.ts";
import { EVENT_COPY_TARGET } from "./event_row.ts";
import type { Plan } from "./plan.ts";
import { END_LOST_TRACES, REMOVE_TRACES, UPSERT_TRACES } from "./trace_sql.ts";
import { traceRow } from "./trace_row.ts";

/** What live subscribers ask about a trace. */
export interface TraceFacts {
  readonly flow_name: string | null;
  readonly flow_id: string;
  readonly status: string;
  readonly error: string | null;
}

/**
 * Writes a plan, all but the stream's own row.
 *
 * @returns facts by trace id, of every trace that the plan is about.
 * @throws StoreError.
 */
export async function applyPlan(
  tx: Transaction,
  plan: Plan,
  stream: StreamId,
): Promise<ReadonlyMap<string, TraceFacts>> {
  await removeReplaced(tx, plan);
  const facts = await upsertTraces(tx, plan, stream);
  await addActors(tx, plan);
  const rows = plan.changes.flatMap((change) => change.rows);
  if (rows.length > 0) await tx.copyIn(EVENT_COPY_TARGET, rows.join(""));
  await endLost(tx, plan, stream);
  await keepDeadLetters(tx, plan, stream);
  return facts;
}

async function removeReplaced(tx: Transaction, plan: Plan): Promise<void> {
  const ids: Uuid[] = plan.changes.filter((change) => change.stored !== undefined)
    .map((change) => change.traceId);
  if (ids.length === 0) return;
  // Two who store the same new id at once would otherwise both find nothing to remove.
  await tx.query(
    "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest($1::text[]) AS id ORDER BY id",
    [ids],
  );
  await tx.query(REMOVE_TRACES, [ids]);
}

async function upsertTraces(
  tx: Transaction,
  plan: Plan,
  stream: StreamId,
): Promise<ReadonlyMap<string, TraceFacts>> {
  if (plan.changes.length === 0) return new Map();
  const json = JSON.stringify(plan.changes.map((change) => traceRow(change, stream)));
  const rows = await tx.query<TraceFacts & { trace_id: string }>(UPSERT_TRACES, [json]);
  return new Map(rows.map((row) => [row.trace_id, row]));
}

async function addActors(tx: Transaction, plan: Plan): Promise<void> {
  const pairs = plan.changes.flatMap(({ traceId, actors }) =>
    [...actors].sort().map((actor) => ({ trace_id: traceId, actor_id: actor }))
  );
  if (pairs.length === 0) return;
  await tx.query(
    `INSERT INTO tracing.trace_actors (trace_id, actor_id)
     SELECT trace_id, actor_id FROM json_to_recordset($1::text::json) AS pairs (trace_id uuid, actor_id text)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(pairs)],
  );
}

async function endLost(tx: Transaction, plan: Plan, stream: StreamId): Promise<void> {
  if (plan.lost === undefined) return;
  await tx.query(
    `${END_LOST_TRACES} t.stream_id = $2 AND t.collector_id = $3 AND NOT t.trace_id = ANY ($4::uuid[])`,
    [timeText(plan.lost.endedAtMs), stream.stream, stream.collector, plan.openedAfterLost],
  );
}

async function keepDeadLetters(tx: Transaction, plan: Plan, stream: StreamId): Promise<void> {
  if (plan.deadLetters.length === 0) return;
  const letters = plan.deadLetters.map(({ sequence, line, reason, receivedAtMs }) => ({
    sequence,
    reason: columnText(reason),
    record: new TextEncoder().encode(line).toHex(),
    received_at: receivedAtMs === undefined ? null : timeText(receivedAtMs),
  }));
  // A stream's row can be removed by hand and its records sent again; the letters are the same then.
  await tx.query(
    `INSERT INTO tracing.dead_letters (stream_id, collector_id, sequence, reason, record, received_at)
     SELECT $2, $3, sequence, reason, decode(record, 'hex'), COALESCE(received_at, now())
       FROM json_to_recordset($1::text::json)
         AS letters (sequence bigint, reason text, record text, received_at timestamptz)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(letters), stream.stream, stream.collector],
  );
}
