import { parseUuid } from "@reflow/shared/ids";
import { memberText } from "@reflow/shared/json";
import { parseRequest, parseTimestamp, takeEvent, timestampOfMs } from "@reflow/shared/protocol";
import { decodeRecord, splitBody, type TraceRecord } from "@reflow/shared/record";
import { isFields, optionalText, readLabels } from "./labels.ts";
import { readStoredTrace } from "./read_stored_trace.ts";
import type { Entry, Slot } from "./slot.ts";

/** Unix ms that a `Date` can hold. */
const MAX_DATE_MS = 8.64e15;
const END_STATUSES = ["Completed", "Failed", "Cancelled"] as const;

/** Understands one line of a block, or says why it cannot be. Nothing is thrown: a line is its sender's. */
export function readRecord(line: string, sequence: number): Slot {
  const record = decodeRecord(line);
  if (record === undefined) {
    return {
      kind: "dead",
      sequence,
      line,
      reason: "the envelope is damaged or of an unknown kind",
      receivedAtMs: undefined,
    };
  }
  const entry = readEntry(record);
  if (typeof entry !== "string") return { kind: "entry", sequence, line, entry };
  return { kind: "dead", sequence, line, reason: entry, receivedAtMs: record.receivedAtMs };
}

function readEntry(record: TraceRecord): Entry | string {
  switch (record.kind) {
    case "event":
      return readEvent(record);
    case "trace":
      return readTrace(record);
    case "store":
      return readStore(record);
    case "end":
      return readEnd(record);
    case "lost":
      return readLost(record);
  }
}

function readEvent(record: TraceRecord): Entry | string {
  const event = takeEvent(record.text);
  const time = event === undefined ? undefined : parseTimestamp(event.head.timestamp);
  if (event === undefined || time === undefined) return "the frame is not a RecordEvent";
  return {
    kind: "event",
    ...envelopeOf(record),
    event,
    time,
    frame: event.isExtraordinary ? record.text : undefined,
  };
}

function readTrace(record: TraceRecord): Entry | string {
  const { body, frame } = splitRecord(record.text);
  if (!isFields(body)) return "the body of the trace record is not a JSON object";
  const names = {
    kind: "trace",
    ...envelopeOf(record),
    labels: readLabels(body),
    // A trace without one is still a trace; its own id is unique too.
    executionId: parseUuid(body["executionId"]) ?? record.traceId,
  } as const;
  if (frame === "") {
    const firstEventTime = parseTimestamp(optionalText(body["firstEventTime"]));
    const startedAt = firstEventTime ?? timestampOfMs(record.receivedAtMs);
    return { ...names, startedAt, flowId: "", startBody: undefined };
  }
  const request = parseRequest(frame);
  const startBody = memberText(frame, "StartTrace");
  if (request.kind !== "start_trace" || startBody === undefined) return "the frame is not a StartTrace";
  const startedAt = parseTimestamp(request.startedAt) ?? timestampOfMs(record.receivedAtMs);
  return { ...names, startedAt, flowId: request.flowId, startBody };
}

function readStore(record: TraceRecord): Entry | string {
  const { body, frame } = splitRecord(record.text);
  if (!isFields(body)) return "the body of the store record is not a JSON object";
  const trace = readStoredTrace(frame);
  if (trace === undefined) return "the frame is not a StoreTrace";
  return { kind: "store", ...envelopeOf(record), labels: readLabels(body), ...trace };
}

function readEnd(record: TraceRecord): Entry | string {
  const { body } = splitRecord(record.text);
  if (!isFields(body)) return "the body of the end record is not a JSON object";
  const status = END_STATUSES.find((name) => name === body["status"]);
  const endedAtMs = parseMs(body["endedAtMs"]);
  const reason = optionalText(body["reason"]);
  if (status === undefined || endedAtMs === undefined || reason === null) {
    return "the body of the end record is damaged";
  }
  const error = status === "Failed" ? optionalText(body["error"]) ?? "" : null;
  return { kind: "end", ...envelopeOf(record), reason, status, error, endedAtMs };
}

function readLost(record: TraceRecord): Entry | string {
  const { body } = splitRecord(record.text);
  const endedAtMs = isFields(body) ? parseMs(body["endedAtMs"]) : undefined;
  return endedAtMs === undefined ? "the body of the lost record is damaged" : { kind: "lost", endedAtMs };
}

function parseMs(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) <= MAX_DATE_MS ? value : undefined;
}

function envelopeOf({ traceId, session, receivedAtMs }: TraceRecord) {
  return { traceId, session, receivedAtMs };
}

function splitRecord(text: string): { readonly body: unknown; readonly frame: string } {
  try {
    return splitBody(text);
  } catch {
    return { body: undefined, frame: "" };
  }
}
