import { parseEventHead } from "./event_head.ts";
import { RefusalError } from "./_fields.ts";
import { memberSpans } from "../json/mod.ts";
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
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("RecordEvent" in value)) return undefined;
  const body = value.RecordEvent;
  if (typeof body !== "object" || body === null || !("event" in body)) return undefined;
  try {
    const head = parseEventHead(body.event, "RecordEvent.event");
    const clientTraceId = "trace_id" in body ? parseUuid(body.trace_id) : undefined;
    const names = Object.keys(body);
    const isPlain = Object.keys(value).length === 1 && names.length === 2 && names[0] === "trace_id" &&
      clientTraceId !== undefined && clientTraceId === ("trace_id" in body ? body.trace_id : undefined);
    return { head, clientTraceId, isExtraordinary: !isPlain, text: eventText(frame, isPlain) };
  } catch (error) {
    if (error instanceof RefusalError) return undefined;
    throw error;
  }
}

function eventText(frame: string, isPlain: boolean): string {
  // The real client always writes these same bytes, so its event is cut out without a search.
  if (
    isPlain && frame.startsWith(PREFIX) && frame.startsWith(MIDDLE, PREFIX.length + 36) &&
    frame.endsWith("}}") && frame.charCodeAt(EVENT_AT) === 0x7b && frame.indexOf(`"event":`, EVENT_AT) === -1
  ) {
    return frame.slice(EVENT_AT, -2);
  }
  const body = memberSpans(frame).get("RecordEvent") ?? { start: 0, end: 0 };
  const bodyText = frame.slice(body.start, body.end);
  const event = memberSpans(bodyText).get("event") ?? { start: 0, end: 0 };
  return bodyText.slice(event.start, event.end);
}
