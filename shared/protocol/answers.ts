import type { Uuid } from "../ids/mod.ts";
import type { WireErrorCode } from "./request.ts";

/** Answer to every event that is stored; 47 bytes. */
export const EVENT_RECORDED = `{"EventRecorded":{"success":true,"error":null}}`;
/** Answer to `"Ping"`. */
export const PONG = `"Pong"`;

/** Answer to an event that was not stored. */
export function eventNotRecorded(reason: string): string {
  return `{"EventRecorded":{"success":false,"error":${text(reason)}}}`;
}
/** Answer to `StartTrace`. */
export function traceStarted(traceId: Uuid): string {
  return `{"TraceStarted":{"trace_id":"${traceId}"}}`;
}
/** Answer to `StoreTrace`. */
export function traceStored(traceId: Uuid): string {
  return `{"TraceStored":{"trace_id":"${traceId}"}}`;
}
/** `Error` of the newer family. */
export function errorAnswer(message: string, code: WireErrorCode): string {
  return `{"Error":{"message":${text(message)},"code":"${code}"}}`;
}
/** `Error` of the older family, which has no code. */
export function legacyErrorAnswer(message: string): string {
  return `{"Error":{"message":${text(message)}}}`;
}
/** Answer to `GetTrace`; `trace` is strict JSON text, or `null` when there is none. */
export function traceData(trace: string | null): string {
  return `{"TraceData":{"trace":${trace ?? "null"}}}`;
}
/** Answer to `QueryTraces`; each trace is strict JSON text. */
export function queryResults(traces: readonly string[], totalCount: number): string {
  return `{"QueryResults":{"traces":[${traces.join(",")}],"total_count":${totalCount}}}`;
}
/** Answer to `GetFlowVersions`; each version is strict JSON text. */
export function flowVersions(versions: readonly string[]): string {
  return `{"FlowVersions":{"versions":[${versions.join(",")}]}}`;
}
/** What a subscriber gets; `event` is strict JSON text. */
export function eventNotification(traceId: Uuid, event: string): string {
  return `{"EventNotification":{"trace_id":"${traceId}","event":${event}}}`;
}

/** The seven counters of `GetMetrics`. */
export interface WireMetrics {
  readonly connections_active: number;
  readonly connections_total: number;
  readonly errors_total: number;
  readonly messages_received: number;
  readonly messages_sent: number;
  readonly traces_queried: number;
  readonly traces_stored: number;
}
/** Answer to `"GetMetrics"`. */
export function metricsAnswer(data: WireMetrics): string {
  return `{"Metrics":{"data":${JSON.stringify(data)}}}`;
}

function text(value: string): string {
  return JSON.stringify(value.toWellFormed());
}
