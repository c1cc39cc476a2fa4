import type { EventHead, Timestamp } from "@reflow/shared/protocol";
import type { Uuid } from "@reflow/shared/ids";
import { columnText, encodeCopyRow, timeColumns, timeText } from "../store/mod.ts";

/** What {@linkcode eventRow} writes, for `copyIn`. */
export const EVENT_COPY_TARGET =
  "tracing.events (trace_id, timestamp, nanos, sequence, position, stream_id, event_id, event_type, actor_id, " +
  "to_actor, to_port, client_trace_id, received_at, event, frame)";

/** One event and where it came from. */
export interface EventSource {
  readonly traceId: Uuid;
  readonly streamId: Uuid;
  readonly sequence: number;
  /** Index within a StoreTrace, else 0. */
  readonly position: number;
  readonly head: EventHead;
  readonly time: Timestamp;
  readonly clientTraceId: Uuid | undefined;
  readonly receivedAtMs: number;
  readonly text: string;
  readonly frame: string | undefined;
}

/** One line of COPY text for `tracing.events`. */
export function eventRow(event: EventSource): string {
  const { time, nanos } = timeColumns(event.time);
  return encodeCopyRow([
    event.traceId,
    time,
    nanos,
    event.sequence,
    event.position,
    event.streamId,
    event.head.eventId,
    columnText(event.head.eventType),
    columnText(event.head.actorId),
    event.head.toActor === undefined ? null : columnText(event.head.toActor),
    event.head.toPort === undefined ? null : columnText(event.head.toPort),
    event.clientTraceId ?? null,
    timeText(event.receivedAtMs),
    event.text,
    event.frame ?? null,
  ]);
}
