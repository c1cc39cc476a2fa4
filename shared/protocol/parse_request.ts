import { parseUuid } from "../ids/mod.ts";
import { at, isObject, RefusalError, refuse, requireString, requireUuid } from "./_fields.ts";
import { parseEventHead } from "./event_head.ts";
import { excessiveNesting, MAX_NESTING } from "./_nesting.ts";
import { parseOrdinaryEvent } from "./ordinary_event.ts";
import { parseFilters } from "./parse_filters.ts";
import { parseTraceQuery } from "./parse_query.ts";
import type { Refusal, Request } from "./request.ts";
import { parseStatus } from "./status.ts";
import { isTimestamp } from "./timestamp.ts";

/**
 * Understands one frame of either family. Lenient where the real client or a future one may differ (missing
 * optional fields, `null` figures, unknown fields and event types), strict where meaning would be lost.
 *
 * @param text one JSON value.
 */
export function parseRequest(text: string): Request | Refusal {
  const ordinary = parseOrdinaryEvent(text);
  if (ordinary !== undefined) return ordinary;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(
      "InvalidRequest",
      `Cannot read frame as JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  const depth = excessiveNesting(text);
  if (depth !== undefined) {
    return refuse(
      "InvalidRequest",
      `Cannot read frame: it nests ${depth} levels deep, the limit is ${MAX_NESTING}`,
    );
  }
  try {
    return typeof value === "string" ? parseBareName(value) : parseTagged(value);
  } catch (error) {
    if (error instanceof RefusalError) return refuse("InvalidRequest", error.message);
    throw error;
  }
}

function parseBareName(name: string): Request {
  switch (name) {
    case "Ping":
      return { kind: "ping" };
    case "Unsubscribe":
      return { kind: "unsubscribe" };
    case "GetMetrics":
      return { kind: "get_metrics" };
    default:
      throw new RefusalError(
        `Cannot read frame: ${at("", name)} is not a request without fields, expected "Ping", ` +
          `"Unsubscribe" or "GetMetrics"`,
      );
  }
}

function parseTagged(value: unknown): Request {
  if (!isObject(value)) {
    throw new RefusalError(`Cannot read frame: expected an object with one key or a bare name`);
  }
  const names = Object.keys(value);
  const name = names[0];
  if (name === undefined || names.length !== 1) {
    throw new RefusalError(
      `Cannot read frame: expected exactly one key that names the request, found ${names.length}`,
    );
  }
  const body = value[name];
  switch (name) {
    case "RecordEvent":
      return parseRecordEvent(body);
    case "StartTrace":
      return parseStartTrace(body);
    case "StoreTrace":
      return parseStoreTrace(body);
    case "GetTrace":
      return { kind: "get_trace", traceId: requireUuid(object(body, name), "trace_id", "GetTrace") };
    case "QueryTraces":
      return { kind: "query_traces", query: parseTraceQuery(object(body, name)["query"]) };
    case "GetFlowVersions":
      return {
        kind: "get_flow_versions",
        flowId: requireString(object(body, name), "flow_id", "GetFlowVersions"),
      };
    case "Subscribe":
      return parseSubscribe(object(body, name));
    case "Ping":
    case "Unsubscribe":
    case "GetMetrics":
      // A serde peer reads {"Ping":null} as the bare variant, and nothing else.
      if (body === null) return parseBareName(name);
      throw new RefusalError(`Cannot read ${name}: it takes no fields, send ${JSON.stringify(name)}`);
    default:
      throw new RefusalError(`Cannot read frame: request ${at("", name)} is unknown`);
  }
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (!isObject(value)) throw new RefusalError(`Cannot read ${name}: expected an object with its fields`);
  return value;
}

function parseRecordEvent(body: unknown): Request {
  const fields = object(body, "RecordEvent");
  // The real client's trace id is noise, so that one which is missing or odd is no reason to refuse an event.
  return {
    kind: "record_event",
    clientTraceId: parseUuid(fields["trace_id"]),
    event: parseEventHead(fields["event"], "RecordEvent.event"),
  };
}

function parseStartTrace(body: unknown): Request {
  const fields = object(body, "StartTrace");
  const flowId = requireString(fields, "flow_id", "StartTrace");
  const version = fields["version"];
  if (!isObject(version)) throw new RefusalError(`Cannot read StartTrace.version: expected an object`);
  const startedAt = version["timestamp"];
  if (!isTimestamp(startedAt)) {
    throw new RefusalError(
      `Cannot read StartTrace.version.timestamp: expected an RFC 3339 time with offset, found ${
        at("", startedAt)
      }`,
    );
  }
  checkVersion(version, "StartTrace.version");
  return { kind: "start_trace", flowId, startedAt };
}

function checkVersion(version: Record<string, unknown>, where: string): void {
  for (const part of ["major", "minor", "patch"]) {
    const value = version[part];
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw new RefusalError(`Cannot read ${where}.${part}: expected an integer from 0 to 4294967295`);
    }
  }
}

function parseStoreTrace(body: unknown): Request {
  const trace = object(body, "StoreTrace")["trace"];
  if (!isObject(trace)) throw new RefusalError(`Cannot read StoreTrace.trace: expected an object`);
  const where = "StoreTrace.trace";
  const traceId = requireUuid(trace, "trace_id", where);
  const flowId = requireString(trace, "flow_id", where);
  requireUuid(trace, "execution_id", where);
  for (const name of ["start_time", "end_time"]) {
    const time = trace[name];
    if (name === "end_time" && (time === null || time === undefined)) continue;
    if (!isTimestamp(time)) {
      throw new RefusalError(
        `Cannot read ${where}.${name}: expected an RFC 3339 time, found ${at("", time)}`,
      );
    }
  }
  const version = trace["version"];
  if (!isObject(version) || !isTimestamp(version["timestamp"])) {
    throw new RefusalError(`Cannot read ${where}.version: expected an object with a timestamp`);
  }
  checkVersion(version, `${where}.version`);
  const status = parseStatus(trace["status"]);
  if (status === undefined) {
    throw new RefusalError(
      `Cannot read ${where}.status: expected one of the five statuses, found ${at("", trace["status"])}`,
    );
  }
  const events = trace["events"] ?? [];
  if (!Array.isArray(events)) throw new RefusalError(`Cannot read ${where}.events: expected an array`);
  events.forEach((event: unknown, index) => parseEventHead(event, `${where}.events[${index}]`));
  return { kind: "store_trace", traceId, flowId, status };
}

function parseSubscribe(body: Record<string, unknown>): Request {
  if ("filters" in body) return { kind: "subscribe", filters: parseFilters(body["filters"]) };
  if ("filter" in body) return { kind: "legacy_subscribe" };
  throw new RefusalError(`Cannot read Subscribe: expected the field "filters"`);
}
