import type { Uuid } from "@reflow/shared/ids";
import { readPage } from "./bounded_page.ts";
import type { QueryDatabase } from "./database.ts";
import { type EventFilter, eventKey, eventOrder, eventPage, type EventRow } from "./event_sql.ts";
import { flowTraceFrame, flowTraceParts, listedTrace } from "./flow_trace.ts";
import { QueryError } from "./query_error.ts";
import { type ListPlace, readList } from "./read_list.ts";
import { countTracesSql, oneTraceSql, type TraceFilter, tracePage, type TraceRow } from "./trace_sql.ts";

/** Events read at once while a whole trace is written. */
const EVENTS_PER_READ = 1000;

/** A page of traces without their events, as JSON text; newest start first. */
export function listTraces(
  db: QueryDatabase,
  filter: TraceFilter,
  place: ListPlace,
): Promise<string> {
  return readList<TraceRow>(db, {
    name: "traces",
    filter,
    cursor: place.cursor,
    keyShape: ["nanos", "uuid"],
    page: (after) => tracePage(filter, { after }, place.limit),
    count: countTracesSql(filter),
    keyOf: (row) => [row.start_ns, row.trace_id],
    itemOf: listedTrace,
  });
}

/** The row of a trace, `undefined` when it is unknown. */
export async function findTrace(db: QueryDatabase, traceId: Uuid): Promise<TraceRow | undefined> {
  const statement = oneTraceSql(traceId);
  const rows = await db.query<TraceRow>(statement.sql, statement.params);
  return rows[0];
}

/**
 * The row of a trace.
 *
 * @throws QueryError `ERR_QUERY_UNKNOWN_TRACE`.
 */
export async function requireTrace(db: QueryDatabase, traceId: Uuid): Promise<TraceRow> {
  const row = await findTrace(db, traceId);
  if (row !== undefined) return row;
  throw new QueryError(`Cannot read trace "${traceId}": no such trace is stored`, {
    code: "ERR_QUERY_UNKNOWN_TRACE",
  });
}

/**
 * The text of a complete `FlowTrace` in pieces, a page of events at a time, so that memory does not grow with the
 * trace. A trace that is written meanwhile may show events of before and after.
 */
export async function* traceText(db: QueryDatabase, row: TraceRow, traceId: Uuid): AsyncGenerator<string> {
  const { head, tail } = flowTraceFrame(flowTraceParts(row));
  let separator = "";
  yield head;
  for await (const rows of traceEvents(db, row, { traceId })) {
    yield separator + rows.map((event) => event.event).join(",");
    separator = ",";
  }
  yield tail;
}

/** All events of a trace in its order, a page at a time; no page is empty. */
export async function* traceEvents(
  db: QueryDatabase,
  row: TraceRow,
  filter: EventFilter,
): AsyncGenerator<readonly EventRow[]> {
  const order = eventOrder(row.origin);
  let after: readonly string[] | undefined;
  for (let hasMore = true; hasMore;) {
    const page = await readPage<EventRow>(db, eventPage(filter, { order, after, limit: EVENTS_PER_READ }));
    const last = page.rows.at(-1);
    if (last === undefined) return;
    yield page.rows;
    after = eventKey(last, order);
    hasMore = page.hasMore;
  }
}
