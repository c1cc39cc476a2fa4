import { memberText, withoutMember } from "@reflow/shared/json";
import { encodeStatus, type ExecutionStatus, STATUS_NAMES } from "@reflow/shared/protocol";
import { formatSqlNanos } from "./instant.ts";
import type { TraceRow } from "./trace_sql.ts";

/** The id of nothing, where the protocol wants an id and there is none. */
const NIL = "00000000-0000-0000-0000-000000000000";

/** Members of a `FlowTrace` as pieces of JSON text, in the protocol's order; `events` stand between the two. */
export interface FlowTraceParts {
  /** Everything before `events`, without a brace and without a comma at the end. */
  readonly before: string;
  /** What follows `events`; may be empty. */
  readonly after: string;
}

/**
 * Composes a trace from its row. What the client sent is cut out of the stored text and not rewritten (P4); what
 * the protocol has no message for (times, status, metadata of a session) is ours.
 */
export function flowTraceParts(row: TraceRow): FlowTraceParts {
  if (row.stored_trace !== null) return { before: row.stored_trace.trim().slice(1, -1).trim(), after: "" };
  return {
    before: [
      `"trace_id":"${row.trace_id}"`,
      `"flow_id":${flowIdText(row)}`,
      `"execution_id":"${row.execution_id ?? NIL}"`,
      `"version":${versionText(row)}`,
      `"start_time":"${formatSqlNanos(row.start_ns)}"`,
      `"end_time":${row.end_ns === null ? "null" : `"${formatSqlNanos(row.end_ns)}"`}`,
      `"status":${encodeStatus(statusOf(row))}`,
    ].join(","),
    after: `"metadata":${JSON.stringify(sessionMetadata(row))}`,
  };
}

/** The text around a trace's events: `head + events joined by "," + tail` is a complete `FlowTrace`. */
export function flowTraceFrame(parts: FlowTraceParts): { readonly head: string; readonly tail: string } {
  return {
    head: `{${parts.before}${parts.before === "" ? "" : ","}"events":[`,
    tail: `]${parts.after === "" ? "" : `,${parts.after}`}}`,
  };
}

/** A trace in a list: all members of a `FlowTrace` but `events`, and `summary`, which is ours. */
export function listedTrace(row: TraceRow): string {
  // A stored trace may hold a member of that name; ours must not stand beside it.
  const stored = row.stored_trace === null ? null : withoutMember(row.stored_trace, "summary");
  const { before, after } = flowTraceParts({ ...row, stored_trace: stored });
  const members = [before, after, `"summary":${traceSummary(row)}`];
  return `{${members.filter((member) => member !== "").join(",")}}`;
}

/** What we know about a trace beyond the protocol's own members. */
function traceSummary(row: TraceRow): string {
  const members = {
    flow: row.flow_name ?? row.flow_id,
    flow_name: row.flow_name,
    service: row.service,
    environment: row.environment,
    host: row.host,
    origin: row.origin,
    started: row.origin === "stored" || row.start_body !== null,
    status_inferred: row.origin !== "stored",
    end_reason: row.end_reason,
    received_at: formatSqlNanos(row.received_ns),
    collector_id: row.collector_id,
    stream_id: row.stream_id,
  };
  const counts =
    `"event_count":${row.event_count},"failure_count":${row.failure_count},"session":${row.session}`;
  return `{${JSON.stringify(members).slice(1, -1)},${counts},"labels":${row.labels}}`;
}

/** JSON text of the flow's id; a trace without `StartTrace` borrows its name. */
function flowIdText(row: TraceRow): string {
  const sent = row.start_body === null ? undefined : memberText(row.start_body, "flow_id");
  return sent ?? JSON.stringify(row.flow_name ?? "");
}

function versionText(row: TraceRow): string {
  const sent = row.start_body === null ? undefined : memberText(row.start_body, "version");
  const timestamp = formatSqlNanos(row.start_ns);
  return sent ?? JSON.stringify({ major: 0, minor: 0, patch: 0, git_hash: null, timestamp });
}

function statusOf(row: TraceRow): ExecutionStatus {
  const name = STATUS_NAMES.find((known) => known === row.status) ?? "Running";
  return name === "Failed" ? { name, error: row.error ?? "" } : { name };
}

function sessionMetadata(row: TraceRow) {
  const names = { flow: row.flow_name, service: row.service, "reflow.end_reason": row.end_reason };
  const tags = { ...labelsOf(row.labels), ...names };
  return {
    user_id: null,
    session_id: null,
    environment: row.environment ?? "",
    hostname: row.host ?? "",
    process_id: 0,
    thread_id: "",
    tags: Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null)),
  };
}

/** The labels that are texts, as the protocol's tags are; `__proto__` stays an ordinary name. */
function labelsOf(text: string): Record<string, string> {
  const value: unknown = JSON.parse(text);
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
