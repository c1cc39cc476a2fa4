import { parseEventHead } from "./event_head.ts";
import { isObject, RefusalError } from "./_fields.ts";
import { excessiveNesting } from "./_nesting.ts";
import { parseOrdinaryEvent } from "./ordinary_event.ts";
import { memberText, valueEnd } from "../json/mod.ts";
import { parseUuid, type Uuid } from "../ids/mod.ts";
import type { EventHead } from "./request.ts";

/** A `RecordEvent` frame taken apart for the store. */
export interface StoredEvent {
  readonly head: EventHead;
  /** JSON text of the event, exactly as sent. */
  readonly text: string;
  /** The frame's own trace id, noise from the real client. */
  readonly clientTraceId: Uuid | undefined;
  /** The frame holds more than a trace id and an event, so that it cannot be put together again from them. */
  readonly isExtraordinary: boolean;
}

const PREFIX = `{"RecordEvent":{"trace_id":"`;
const MIDDLE = `","event":`;
const EVENT_AT = PREFIX.length + 36 + MIDDLE.length;

/**
 * Takes a `RecordEvent` frame apart without changing a character of its event.
 *
 * @returns `undefined` when the text is not a frame that `parseRequest` accepts.
 */
export function takeEvent(frame: string): StoredEvent | undefined {
  const ordinary = parseOrdinaryEvent(frame);
  if (ordinary !== undefined) {
    const { clientTraceId, event: head } = ordinary;
    return { head, clientTraceId, isExtraordinary: false, text: frame.slice(EVENT_AT, -2) };
  }
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return undefined;
  }
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined;
  const body = value["RecordEvent"];
  if (!isObject(body) || excessiveNesting(frame) !== undefined) return undefined;
  const names = Object.keys(body);
  const clientTraceId = parseUuid(body["trace_id"]);
  const isExtraordinary = names.length !== 2 || names[0] !== "trace_id" || clientTraceId === undefined ||
    clientTraceId !== body["trace_id"];
  try {
    const head = parseEventHead(body["event"], "RecordEvent.event");
    return { head, clientTraceId, isExtraordinary, text: eventText(frame) };
  } catch (error) {
    if (error instanceof RefusalError) return undefined;
    throw error;
  }
}

function eventText(frame: string): string {
  // The real client always writes these same bytes, so its event is found without a search.
  if (frame.startsWith(PREFIX) && frame.startsWith(MIDDLE, EVENT_AT - MIDDLE.length)) {
    // Only when both braces follow is there no second "event" and no second "RecordEvent", which would win.
    const end = valueEnd(frame, EVENT_AT);
    if (end === frame.length - 2) return frame.slice(EVENT_AT, end);
  }
  return memberText(memberText(frame, "RecordEvent") ?? "", "event") ?? "";
}
