import type { Uuid } from "@reflow/shared/ids";
import type { ExecutionStatus, StoredEvent, Timestamp } from "@reflow/shared/protocol";
import type { SessionLabels } from "@reflow/shared/record";

/** What every record of a trace says about itself. */
interface Envelope {
  readonly traceId: Uuid;
  readonly session: number;
  readonly receivedAtMs: number;
}

/** A `trace` record, understood. */
export interface OpenedTrace extends Envelope {
  readonly kind: "trace";
  readonly labels: SessionLabels;
  readonly executionId: Uuid;
  readonly startedAt: Timestamp;
  readonly flowId: string;
  /** JSON text of the StartTrace's body; `undefined` while provisional. */
  readonly startBody: string | undefined;
}

/** An `event` record, understood. */
export interface RecordedEvent extends Envelope {
  readonly kind: "event";
  readonly event: StoredEvent;
  readonly time: Timestamp;
  /** The whole frame, when it cannot be put together again from the event. */
  readonly frame: string | undefined;
}

/** One event within a StoreTrace. */
export interface StoredTraceEvent {
  readonly head: StoredEvent["head"];
  readonly text: string;
  readonly time: Timestamp;
}

/** A `store` record, understood. */
export interface StoredTrace extends Envelope {
  readonly kind: "store";
  readonly labels: SessionLabels;
  readonly executionId: Uuid;
  readonly flowId: string;
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp | undefined;
  readonly status: ExecutionStatus;
  /** JSON text of the trace without its events. */
  readonly traceText: string;
  readonly events: readonly StoredTraceEvent[];
}

/** An `end` record, understood. */
export interface EndedTrace extends Envelope {
  readonly kind: "end";
  /** A word of the collector's; a newer one may know further reasons. */
  readonly reason: string;
  readonly status: "Completed" | "Failed" | "Cancelled";
  /** `null` unless the status is `Failed`. */
  readonly error: string | null;
  readonly endedAtMs: number;
}

/** A `lost` record, understood. */
export interface LostWriter {
  readonly kind: "lost";
  readonly endedAtMs: number;
}

/** A record, understood. */
export type Entry = OpenedTrace | RecordedEvent | StoredTrace | EndedTrace | LostWriter;

/** What stands at one sequence of a stream, or at several for a gap. */
export type Slot =
  | { readonly kind: "entry"; readonly sequence: number; readonly line: string; readonly entry: Entry }
  | {
    readonly kind: "dead";
    readonly sequence: number;
    readonly line: string;
    readonly reason: string;
    readonly receivedAtMs: number | undefined;
  }
  | { readonly kind: "gap"; readonly sequence: number; readonly count: number; readonly reason: string };

/** Sequence after a slot's last one. */
export function endOf(slot: Slot): number {
  return slot.sequence + (slot.kind === "gap" ? slot.count : 1);
}
