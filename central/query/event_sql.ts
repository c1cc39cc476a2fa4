import type { Uuid } from "@reflow/shared/ids";
import { columnText } from "../store/mod.ts";
import type { PageQuery } from "./bounded_page.ts";
import type { KeyPart } from "./cursor.ts";
import type { Statement } from "./database.ts";
import { parseSqlNanos, sqlNanos } from "./instant.ts";
import { createSqlParams, type SqlParams } from "./sql_params.ts";
import { actorMatches } from "./trace_sql.ts";

/** A row of `tracing.events` as this folder reads it. */
export interface EventRow {
  readonly time_ns: string;
  readonly sequence: string;
  readonly position: string;
  readonly stream_id: string;
  readonly client_trace_id: string | null;
  /** JSON text as sent. */
  readonly event: string;
  readonly frame: string | null;
}

/** Which events of a trace. */
export interface EventFilter {
  readonly traceId: Uuid;
  /** Whole name of the event's type. */
  readonly type?: string | undefined;
  /** Whole id of the actor; `*` stands for any text. */
  readonly actor?: string | undefined;
}

/**
 * Order of a trace's events. `sent`: as the list of a `StoreTrace` had them. `time`: by the sender's time, as
 * unsynchronised tasks sent them; arrival decides between equal times.
 */
export type EventOrder = "time" | "sent";

// The stream decides last: one trace can, in theory, be fed through two collectors.
const KEYS = {
  time: ["time_ns", "sequence", "position", "stream_id"],
  sent: ["sequence", "position", "stream_id"],
} as const satisfies Record<EventOrder, readonly (keyof EventRow)[]>;

const ORDER_BY = {
  time: "e.timestamp, e.nanos, e.sequence, e.position, e.stream_id",
  sent: "e.sequence, e.position, e.stream_id",
} as const satisfies Record<EventOrder, string>;

const COLUMNS = [
  `${sqlNanos("e.timestamp", "e.nanos")} AS time_ns`,
  ...["sequence", "position", "stream_id", "client_trace_id"].map((name) => `e.${name}::text AS ${name}`),
  "e.event",
  "e.frame",
];

/** The order that a trace of this origin is read in. */
export function eventOrder(origin: string): EventOrder {
  return origin === "stored" ? "sent" : "time";
}

/** Shape of the key that a page of events continues after. */
export function eventKeyShape(order: EventOrder): readonly KeyPart[] {
  return order === "time" ? ["nanos", "integer", "integer", "uuid"] : ["integer", "integer", "uuid"];
}

/** Key of a row in an order. */
export function eventKey(row: EventRow, order: EventOrder): readonly string[] {
  return KEYS[order].map((name) => row[name]);
}

/** A page of events; `after` is the key of the last event before it. */
export function eventPage(
  filter: EventFilter,
  place: {
    readonly order: EventOrder;
    readonly after: readonly string[] | undefined;
    readonly limit: number;
  },
): PageQuery {
  const params = createSqlParams();
  const conditions = filterConditions(filter, params);
  if (place.after !== undefined) {
    conditions.push(`(${ORDER_BY[place.order]}) > (${keyValues(place.after, place.order, params)})`);
  }
  return {
    columns: COLUMNS,
    from: `FROM tracing.events e WHERE ${conditions.join(" AND ")}`,
    orderBy: ORDER_BY[place.order],
    bytes: "octet_length(e.event) + coalesce(octet_length(e.frame), 0)",
    params,
    limit: place.limit,
  };
}

/** How many events a filter finds. */
export function countEventsSql(filter: EventFilter): Statement {
  const params = createSqlParams();
  const conditions = filterConditions(filter, params).join(" AND ");
  return {
    sql: `SELECT count(*)::text AS total FROM tracing.events e WHERE ${conditions}`,
    params: params.values,
  };
}

function filterConditions(filter: EventFilter, params: SqlParams): string[] {
  const found = [`e.trace_id = ${params.uuid(filter.traceId)}`];
  if (filter.type !== undefined) found.push(`e.event_type = ${params.text(columnText(filter.type))}`);
  if (filter.actor !== undefined) found.push(actorMatches(filter.actor, "e.actor_id", params));
  return found;
}

function keyValues(key: readonly string[], order: EventOrder, params: SqlParams): string {
  const [time, ...rest] = order === "time" ? key : ["", ...key];
  const [sequence = "0", position = "0", streamId = ""] = rest;
  const start = order === "time" ? [params.timeAndNanos(parseSqlNanos(time ?? "0"))] : [];
  return [...start, params.bigint(sequence), params.bigint(position), params.uuid(streamId)].join(", ");
}
