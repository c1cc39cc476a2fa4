import type { QueryDatabase } from "./database.ts";
import {
  countEventsSql,
  type EventFilter,
  eventKey,
  eventKeyShape,
  eventOrder,
  eventPage,
  type EventRow,
} from "./event_sql.ts";
import { type ListPlace, readList } from "./read_list.ts";
import { requireTrace } from "./traces.ts";

/** `event`: the event alone. `frame`: the client's whole `RecordEvent`. Both as sent. */
export const EVENT_FORMS = ["event", "frame"] as const;
/** One of the two. */
export type EventForm = typeof EVENT_FORMS[number];

/**
 * A page of a trace's events as JSON text, in the order of {@linkcode eventOrder}.
 *
 * @throws QueryError `ERR_QUERY_UNKNOWN_TRACE`, `ERR_QUERY_BAD_CURSOR`.
 */
export async function listEvents(
  db: QueryDatabase,
  filter: EventFilter,
  place: ListPlace & { readonly form: EventForm },
): Promise<string> {
  const trace = await requireTrace(db, filter.traceId);
  const order = eventOrder(trace.origin);
  return readList<EventRow>(db, {
    name: "events",
    filter: { ...filter, order },
    cursor: place.cursor,
    keyShape: eventKeyShape(order),
    page: (after) => eventPage(filter, { order, after, limit: place.limit }),
    count: countEventsSql(filter),
    keyOf: (row) => eventKey(row, order),
    itemOf: place.form === "event" ? (row) => row.event : (row) => frameText(row, filter.traceId),
  });
}

/** The frame as sent; an event of a `StoreTrace` never had one and gets that of its trace. */
function frameText(row: EventRow, traceId: string): string {
  return row.frame ?? `{"RecordEvent":{"trace_id":"${row.client_trace_id ?? traceId}","event":${row.event}}}`;
}
