import type { Uuid } from "@reflow/shared/ids";
import type { StatusName, Timestamp } from "@reflow/shared/protocol";
import { columnText, MAX_ERROR_CHARS } from "../store/mod.ts";
import type { PageQuery } from "./bounded_page.ts";
import type { Statement } from "./database.ts";
import { parseSqlNanos, sqlNanos } from "./instant.ts";
import { createSqlParams, likePattern, type SqlParams } from "./sql_params.ts";

/** A row of `tracing.traces` as this folder reads it: numbers and times as text. */
export interface TraceRow {
  readonly trace_id: string;
  readonly origin: string;
  readonly collector_id: string;
  readonly stream_id: string;
  readonly session: string;
  readonly execution_id: string | null;
  readonly flow_name: string | null;
  readonly flow_id: string;
  readonly service: string | null;
  readonly environment: string | null;
  readonly host: string | null;
  /** JSON text. */
  readonly labels: string;
  /** Nanoseconds since 1970, as are the other times. */
  readonly start_ns: string;
  readonly end_ns: string | null;
  readonly status: string;
  readonly error: string | null;
  readonly end_reason: string | null;
  readonly event_count: string;
  readonly failure_count: string;
  readonly start_body: string | null;
  readonly stored_trace: string | null;
  readonly received_ns: string;
}

/** Which traces; members that are absent restrict nothing, the others all hold. */
export interface TraceFilter {
  /** Name or client's id of the flow. */
  readonly flow?: string | undefined;
  /** The client's id of the flow alone. */
  readonly flowId?: string | undefined;
  readonly executionId?: Uuid | undefined;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly status?: StatusName | undefined;
  /** Text of the error of a failed trace. */
  readonly error?: string | undefined;
  /** Whole id of an actor; `*` stands for any text. */
  readonly actor?: string | undefined;
  /** Part of an actor's id. */
  readonly actorPart?: string | undefined;
  /** Earliest start, included. */
  readonly from?: Timestamp | undefined;
  /** End of the range of starts, excluded. */
  readonly to?: Timestamp | undefined;
  /** Latest start, included. */
  readonly until?: Timestamp | undefined;
}

/** Order of every list of traces. */
export const NEWEST_FIRST = "t.start_time DESC, t.start_nanos DESC, t.trace_id DESC";

const COLUMNS = [
  ...["trace_id", "collector_id", "stream_id", "session", "execution_id", "labels", "event_count"].map(
    asText,
  ),
  ...["origin", "flow_name", "flow_id", "service", "environment", "host", "status", "error", "end_reason"]
    .map((name) => `t.${name}`),
  asText("failure_count"),
  "t.start_body",
  "t.stored_trace",
  `${sqlNanos("t.start_time", "t.start_nanos")} AS start_ns`,
  `${sqlNanos("t.end_time", "t.end_nanos")} AS end_ns`,
  `${sqlNanos("t.received_at")} AS received_ns`,
];

function asText(name: string): string {
  return `t.${name}::text AS ${name}`;
}

/** One trace by its id. */
export function oneTraceSql(traceId: Uuid): Statement {
  const params = createSqlParams();
  const id = params.uuid(traceId);
  return {
    sql: `SELECT ${COLUMNS.join(", ")} FROM tracing.traces t WHERE t.trace_id = ${id}`,
    params: params.values,
  };
}

/** Where a page of traces starts. */
export interface TracePlace {
  /** Start in nanoseconds since 1970, and id, of the last trace before the page. */
  readonly after?: readonly string[] | undefined;
  /** Traces to leave out before the page. */
  readonly offset?: number;
}

/** A page of traces, newest start first. */
export function tracePage(filter: TraceFilter, place: TracePlace, limit: number): PageQuery {
  const params = createSqlParams();
  const conditions = [...filterConditions(filter, params), ...afterCondition(place.after, params)];
  const skipped = place.offset ?? 0;
  const from = skipped === 0
    ? `FROM tracing.traces t${where(conditions)}`
    : `FROM (SELECT * FROM tracing.traces t${where(conditions)} ORDER BY ${NEWEST_FIRST} OFFSET ${
      params.bigint(skipped)
    }) t`;
  const bytes = "coalesce(octet_length(t.start_body), 0) + coalesce(octet_length(t.stored_trace), 0)";
  return { columns: COLUMNS, from, orderBy: NEWEST_FIRST, bytes, params, limit };
}

/** How many traces a filter finds. */
export function countTracesSql(filter: TraceFilter): Statement {
  const params = createSqlParams();
  const conditions = filterConditions(filter, params);
  return {
    sql: `SELECT count(*)::text AS total FROM tracing.traces t${where(conditions)}`,
    params: params.values,
  };
}

/** How many traces and events stand in a window of a filter's result: `{ traces, events }`. */
export function sumTracesSql(filter: TraceFilter, offset: number, limit: number): Statement {
  const params = createSqlParams();
  const conditions = filterConditions(filter, params);
  const sql = `SELECT count(*)::text AS traces, coalesce(sum(event_count), 0)::text AS events FROM (
  SELECT t.event_count FROM tracing.traces t${where(conditions)} ORDER BY ${NEWEST_FIRST}
  OFFSET ${params.bigint(offset)} LIMIT ${params.bigint(limit)}) w`;
  return { sql, params: params.values };
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

function afterCondition(after: readonly string[] | undefined, params: SqlParams): string[] {
  const [startNs, traceId] = after ?? [];
  if (startNs === undefined || traceId === undefined) return [];
  const start = parseSqlNanos(startNs);
  return [
    `(t.start_time, t.start_nanos, t.trace_id) < (${params.timeAndNanos(start)}, ${params.uuid(traceId)})`,
  ];
}

function filterConditions(filter: TraceFilter, params: SqlParams): string[] {
  const found: string[] = [];
  if (filter.flow !== undefined) {
    const flow = params.text(columnText(filter.flow));
    found.push(`(t.flow_name = ${flow} OR t.flow_id = ${flow})`);
  }
  if (filter.flowId !== undefined) found.push(`t.flow_id = ${params.text(columnText(filter.flowId))}`);
  if (filter.executionId !== undefined) found.push(`t.execution_id = ${params.uuid(filter.executionId)}`);
  for (const column of ["service", "environment"] as const) {
    const value = filter[column];
    if (value !== undefined) found.push(`t.${column} = ${params.text(columnText(value))}`);
  }
  if (filter.error !== undefined) {
    found.push(`t.error = ${params.text(columnText(filter.error, MAX_ERROR_CHARS))}`);
  }
  if (filter.status !== undefined) found.push(`t.status = ${params.text(filter.status)}`);
  if (filter.actor !== undefined) found.push(hasActor(actorMatches(filter.actor, "a.actor_id", params)));
  if (filter.actorPart !== undefined) {
    found.push(hasActor(`strpos(a.actor_id, ${params.text(columnText(filter.actorPart))}) > 0`));
  }
  return [...found, ...timeConditions(filter, params)];
}

function timeConditions(filter: TraceFilter, params: SqlParams): string[] {
  const found: string[] = [];
  const start = "(t.start_time, t.start_nanos)";
  if (filter.from !== undefined) found.push(`${start} >= (${params.timeAndNanos(filter.from)})`);
  if (filter.to !== undefined) found.push(`${start} < (${params.timeAndNanos(filter.to)})`);
  if (filter.until !== undefined) found.push(`${start} <= (${params.timeAndNanos(filter.until)})`);
  return found;
}

function hasActor(condition: string): string {
  return `EXISTS (SELECT 1 FROM tracing.trace_actors a WHERE a.trace_id = t.trace_id AND ${condition})`;
}

/** An actor's id against a text in which `*` stands for anything. */
export function actorMatches(text: string, column: string, params: SqlParams): string {
  return text.includes("*")
    ? `${column} LIKE ${params.text(likePattern(text))}`
    : `${column} = ${params.text(columnText(text))}`;
}
