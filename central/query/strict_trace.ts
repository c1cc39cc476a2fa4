import { memberSpans } from "@reflow/shared/json";
import { parseUuid } from "@reflow/shared/ids";
import {
  encodeStatus,
  isTimestamp,
  parseStatus,
  strictMetadata,
  strictVersion,
} from "@reflow/shared/protocol";
import { flowTraceParts } from "./flow_trace.ts";
import type { TraceRow } from "./trace_sql.ts";

const NIL = "00000000-0000-0000-0000-000000000000";
const EPOCH = "1970-01-01T00:00:00Z";

/**
 * Writes a `FlowTrace` that a strict Rust peer can read (protocol section 5, "Strictness").
 *
 * @param events each the strict JSON text of an event.
 */
export function strictTrace(row: TraceRow, events: readonly string[]): string {
  const { before, after } = flowTraceParts(row);
  const text = `{${[before, after].filter((part) => part !== "").join(",")}}`;
  const spans = memberSpans(text);
  const member = (name: string) => {
    const span = spans.get(name);
    return span === undefined ? undefined : text.slice(span.start, span.end);
  };
  const value = (name: string): unknown => JSON.parse(member(name) ?? "null");
  const flowId = value("flow_id");
  const endTime = value("end_time");
  const startTime = value("start_time");
  return [
    `{"trace_id":"${row.trace_id}"`,
    `"flow_id":${JSON.stringify(typeof flowId === "string" ? flowId.toWellFormed() : "")}`,
    `"execution_id":"${parseUuid(value("execution_id")) ?? NIL}"`,
    `"version":${strictVersion(member("version") ?? "{}")}`,
    `"start_time":"${isTimestamp(startTime) ? startTime : EPOCH}"`,
    `"end_time":${isTimestamp(endTime) ? `"${endTime}"` : "null"}`,
    `"status":${encodeStatus(parseStatus(value("status")) ?? { name: "Running" })}`,
    `"events":[${events.join(",")}]`,
    `"metadata":${strictMetadata(member("metadata") ?? "{}")}}`,
  ].join(",");
}
