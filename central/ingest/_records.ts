import { newUuid, type StreamId, type Uuid } from "@reflow/shared/ids";
import {
  encodeBlock,
  encodeGap,
  encodeRecord,
  type EndBody,
  joinBody,
  type TraceBody,
  type TraceRecord,
} from "@reflow/shared/record";

/** Receive time of the records that tests make. */
const RECEIVED_AT_MS = Date.UTC(2025, 10, 22, 22, 15);

/** A stream nobody else has. */
export function newStream(): StreamId {
  return { collector: newUuid(), stream: newUuid() };
}

/** JSON text of an event with digits, escapes and members that must survive. */
export function eventText(n: number, fields: { type?: string; actor?: string; error?: string } = {}): string {
  const { type = "ActorStarted", actor = `actor-${n % 3}`, error } = fields;
  return `{"event_id":"${newUuid()}","timestamp":"2025-11-22T22:15:00.${
    String(n).padStart(9, "0")
  }Z","event_type":${JSON.stringify(type)},"actor_id":${JSON.stringify(actor)},"data":{"error":${
    JSON.stringify(error ?? null)
  },"performance_metrics":{"execution_time_ns":18446744073709551615,"cpu_usage_percent":1.0},` +
    `"custom_attributes":{"__proto__":"\\u0000\\ud800\\t"}},"later":[] }`;
}

/** The frame that the real client puts around an event. */
export function frameOf(event: string): string {
  return `{"RecordEvent":{"trace_id":"${newUuid()}","event":${event}}}`;
}

/** A record's line. */
export function line(kind: TraceRecord["kind"], traceId: Uuid, text: string): string {
  return encodeRecord({ kind, traceId, text, session: 7, receivedAtMs: RECEIVED_AT_MS });
}

/** An `event` record. */
export function eventLine(traceId: Uuid, event: string): string {
  return line("event", traceId, frameOf(event));
}

/** A `trace` record; provisional without a frame. */
export function traceLine(traceId: Uuid, frame = "", names: Partial<TraceBody> = {}): string {
  const body: TraceBody = {
    flow: "orders",
    service: "shop",
    environment: "test",
    host: "box",
    labels: { team: "a" },
    executionId: newUuid(),
    firstEventTime: null,
    ...names,
  };
  return line("trace", traceId, joinBody(body, frame));
}

/** A `StartTrace` frame. */
export function startFrame(flowId: string, timestamp = "2025-11-22T22:14:59.123456789Z"): string {
  return `{"StartTrace":{"flow_id":${JSON.stringify(flowId)},"version":{"major":1,"minor":0,"patch":0,` +
    `"git_hash":null,"timestamp":"${timestamp}","extra":1.0}}}`;
}

/** An `end` record. */
export function endLine(traceId: Uuid, end: Partial<EndBody> = {}): string {
  const body: EndBody = {
    reason: "disconnected",
    status: "Completed",
    error: null,
    endedAtMs: RECEIVED_AT_MS + 1000,
    ...end,
  };
  return line("end", traceId, JSON.stringify(body));
}

/** A `store` record of a trace with these events. */
export function storeLine(traceId: Uuid, events: readonly string[], status = `"Completed"`): string {
  const trace = `{"trace_id":"${traceId}","flow_id":"stored","execution_id":"${newUuid()}",` +
    `"version":{"major":1,"minor":2,"patch":3,"git_hash":"x","timestamp":"2025-11-22T22:15:00Z"},` +
    `"start_time":"2025-11-22T22:15:00.000000001Z","end_time":null,"status":${status},` +
    `"events":[ ${events.join(" , ")} ],"metadata":{"tags":{},"n":1.0}}`;
  return line("store", traceId, joinBody(STORE_BODY, `{"StoreTrace":{"trace":${trace}}}`));
}
const STORE_BODY = { flow: null, service: null, environment: null, host: null, labels: {} };

/** A `lost` record. */
export function lostLine(endedAtMs = RECEIVED_AT_MS + 5000): string {
  const nil = "00000000-0000-0000-0000-000000000000" as Uuid;
  return line("lost", nil, JSON.stringify({ reason: "lost", endedAtMs }));
}

/** One block of lines. */
export function block(firstSequence: number, lines: readonly string[]): Uint8Array {
  return encodeBlock(lines, { codec: "zstd", firstSequence, firstReceivedAtMs: RECEIVED_AT_MS });
}

/** A declared gap. */
export function gap(firstSequence: number, recordCount: number, reason = "disk_full"): Uint8Array {
  return encodeGap({ firstSequence, recordCount, reason, atMs: RECEIVED_AT_MS });
}

/** Blocks as one batch. */
export function batch(...blocks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(blocks.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of blocks) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}
