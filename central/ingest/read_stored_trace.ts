import { parseUuid } from "@reflow/shared/ids";
import { elementSpans, memberSpans, memberText, withoutMember } from "@reflow/shared/json";
import { parseEventHead, parseRequest, parseStatus, parseTimestamp } from "@reflow/shared/protocol";
import { isFields, optionalText } from "./labels.ts";
import type { StoredTrace, StoredTraceEvent } from "./slot.ts";

type TraceParts = Pick<
  StoredTrace,
  "executionId" | "flowId" | "startedAt" | "endedAt" | "status" | "traceText" | "events"
>;

/** Takes a `StoreTrace` frame apart; every text stays as it was written. `undefined` when it is none. */
export function readStoredTrace(frame: string): TraceParts | undefined {
  if (parseRequest(frame).kind !== "store_trace") return undefined;
  const body = memberText(frame, "StoreTrace");
  const text = body === undefined ? undefined : memberText(body, "trace");
  if (text === undefined) return undefined;
  // Parsed once more rather than handed out by parseRequest, which everybody else uses without the value.
  const trace: unknown = JSON.parse(text);
  if (!isFields(trace)) return undefined;
  const executionId = parseUuid(trace["execution_id"]);
  const startedAt = parseTimestamp(trace["start_time"]);
  const status = parseStatus(trace["status"]);
  if (executionId === undefined || startedAt === undefined || status === undefined) return undefined;
  return {
    executionId,
    startedAt,
    status,
    flowId: optionalText(trace["flow_id"]) ?? "",
    endedAt: parseTimestamp(trace["end_time"]),
    traceText: withoutMember(text, "events"),
    events: readEvents(text),
  };
}

function readEvents(trace: string): StoredTraceEvent[] {
  const span = memberSpans(trace).get("events");
  if (span === undefined) return [];
  const list = trace.slice(span.start, span.end);
  return elementSpans(list).flatMap(({ start, end }, index) => {
    const text = list.slice(start, end);
    // parseRequest has accepted every event, so neither of these fails.
    const head = parseEventHead(JSON.parse(text), `StoreTrace.trace.events[${index}]`);
    const time = parseTimestamp(head.timestamp);
    return time === undefined ? [] : [{ head, text, time }];
  });
}
