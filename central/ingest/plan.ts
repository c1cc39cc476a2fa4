import type { StreamId, Uuid } from "@reflow/shared/ids";
import { type EventHead, type Timestamp, timestampOfMs } from "@reflow/shared/protocol";
import { columnText } from "../store/mod.ts";
import { eventRow } from "./event_row.ts";
import { endOf, type Entry, type LostWriter, type Slot, type StoredTrace } from "./slot.ts";
import { MAX_ACTORS_PER_BATCH, type TraceChange } from "./trace_row.ts";

/** One new event of a session, for live subscribers. */
export interface PlannedEvent {
  readonly traceId: Uuid;
  readonly head: EventHead;
  readonly text: string;
}

/** Everything that one batch does to the database, as values. */
export interface Plan {
  /** Next sequence to be expected when all of this is stored. */
  readonly watermark: number;
  /** By trace id in ascending order, in which everybody locks them. */
  readonly changes: readonly TraceChange[];
  /** The stream's writer is gone; ends every open trace of the stream but those opened afterwards. */
  readonly lost: LostWriter | undefined;
  readonly openedAfterLost: readonly Uuid[];
  readonly deadLetters: readonly (Slot & { readonly kind: "dead" })[];
  readonly recordsStored: number;
  readonly eventsStored: number;
  readonly dropped: ReadonlyMap<string, number>;
  /** In the order of arrival. */
  readonly live: readonly PlannedEvent[];
}

/** Name of the event type that means a failure. */
const FAILURE = "ActorFailed";

/**
 * Folds slots, which follow each other without a gap, into what they do to the database.
 *
 * @param slots not empty.
 */
export function planBatch(slots: readonly Slot[], stream: StreamId): Plan {
  const changes = new Map<Uuid, TraceChange>();
  const deadLetters: (Slot & { kind: "dead" })[] = [];
  const dropped = new Map<string, number>();
  const live: PlannedEvent[] = [];
  let openedAfterLost: Uuid[] = [];
  let lost: LostWriter | undefined;
  let recordsStored = 0;
  let eventsStored = 0;
  let watermark = 0;

  for (const slot of slots) {
    watermark = endOf(slot);
    switch (slot.kind) {
      case "gap":
        dropped.set(slot.reason, (dropped.get(slot.reason) ?? 0) + slot.count);
        break;
      case "dead":
        deadLetters.push(slot);
        break;
      case "entry": {
        recordsStored++;
        const { entry } = slot;
        if (entry.kind === "lost") {
          lost = entry;
          openedAfterLost = [];
          break;
        }
        const change = changeOf(changes, entry);
        fold(change, entry, slot.sequence, stream);
        if (entry.kind === "trace" && lost !== undefined) openedAfterLost.push(entry.traceId);
        if (entry.kind === "store") eventsStored += entry.events.length;
        if (entry.kind === "event") {
          eventsStored++;
          live.push({ traceId: entry.traceId, head: entry.event.head, text: entry.event.text });
        }
        break;
      }
    }
  }
  const inOrder = [...changes.values()].sort((a, b) => a.traceId < b.traceId ? -1 : 1);
  return {
    watermark,
    changes: inOrder,
    lost,
    openedAfterLost,
    deadLetters,
    recordsStored,
    eventsStored,
    dropped,
    live,
  };
}

type TraceEntry = Exclude<Entry, LostWriter>;

function changeOf(changes: Map<Uuid, TraceChange>, entry: TraceEntry): TraceChange {
  const known = changes.get(entry.traceId);
  if (known !== undefined) return known;
  const change: TraceChange = {
    traceId: entry.traceId,
    session: entry.session,
    receivedAtMs: entry.receivedAtMs,
    firstTime: timeOf(entry),
    stored: undefined,
    opened: undefined,
    ended: undefined,
    events: 0,
    failures: 0,
    firstError: undefined,
    actors: new Set(),
    rows: [],
  };
  changes.set(entry.traceId, change);
  return change;
}

function timeOf(entry: TraceEntry): Timestamp {
  switch (entry.kind) {
    case "event":
      return entry.time;
    case "trace":
    case "store":
      return entry.startedAt;
    case "end":
      return timestampOfMs(entry.receivedAtMs);
  }
}

function fold(change: TraceChange, entry: TraceEntry, sequence: number, stream: StreamId): void {
  switch (entry.kind) {
    case "trace":
      // One without a StartTrace never takes back what a StartTrace said.
      if (entry.startBody !== undefined || change.opened?.startBody === undefined) change.opened = entry;
      return;
    case "end":
      change.ended = entry;
      return;
    case "store":
      return foldStored(change, entry, sequence, stream);
    case "event": {
      const { event, traceId, time, receivedAtMs, frame } = entry;
      const { head, text, clientTraceId } = event;
      change.rows.push(
        eventRow({
          traceId,
          streamId: stream.stream,
          sequence,
          position: 0,
          head,
          time,
          clientTraceId,
          receivedAtMs,
          text,
          frame,
        }),
      );
      noteEvent(change, head);
    }
  }
}

function foldStored(change: TraceChange, entry: StoredTrace, sequence: number, stream: StreamId): void {
  const { traceId, receivedAtMs } = entry;
  change.stored = entry;
  change.opened = undefined;
  change.ended = undefined;
  change.events = 0;
  change.failures = 0;
  change.firstError = undefined;
  change.actors.clear();
  change.rows = entry.events.map(({ head, text, time }, position) => {
    noteEvent(change, head);
    return eventRow({
      traceId,
      streamId: stream.stream,
      sequence,
      position,
      head,
      time,
      clientTraceId: undefined,
      receivedAtMs,
      text,
      frame: undefined,
    });
  });
}

function noteEvent(change: TraceChange, head: EventHead): void {
  change.events++;
  if (change.actors.size < MAX_ACTORS_PER_BATCH) change.actors.add(columnText(head.actorId));
  if (head.eventType !== FAILURE) return;
  change.failures++;
  change.firstError ??= head.error ?? "";
}
