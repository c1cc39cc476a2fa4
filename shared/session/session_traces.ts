import type { Uuid } from "../ids/mod.ts";
import { compareTimestamps, type ExecutionStatus, parseTimestamp, type Timestamp } from "../protocol/mod.ts";

/** What a subscriber may ask of the trace that an event belongs to. */
export interface EventTrace {
  readonly id: Uuid;
  /** The client's own name for it; empty while provisional. */
  readonly flowId: string;
  /** Text of the first failure seen. */
  readonly failure: string | undefined;
  /** Status that the client gave; `undefined` where it has to be inferred. */
  readonly ownStatus?: ExecutionStatus;
}

/** One trace of a session. */
export interface SessionTrace extends EventTrace {
  /** `version.timestamp` of its `StartTrace`; `undefined` while provisional. */
  startedAt: Timestamp | undefined;
  flowId: string;
  failure: string | undefined;
  /** Unix ms of its `end` record; `undefined` while it is open. */
  endedAtMs: number | undefined;
  /** Text of its last `trace` record's body and frame, to announce it again when that record was not stored. */
  announcement: string;
}

/**
 * Earlier traces that a late event can still belong to. A client with more `StartTrace` than this between an
 * event and its arrival does not exist; the bound keeps a hostile one from growing the session.
 */
const MAX_EARLIER = 16;
/** Text that earlier traces may hold together; one `StartTrace` can be as large as a frame. */
const MAX_EARLIER_CHARS = 4 * 1024 * 1024;
/** Ids of stored traces that a session remembers. */
const MAX_STORED = 64;

/** Which traces a session has, and which of them an event belongs to. */
export class SessionTraces {
  #current: SessionTrace | undefined;
  /** Oldest first. */
  readonly #earlier: SessionTrace[] = [];
  readonly #stored = new Map<Uuid, EventTrace>();

  get current(): SessionTrace | undefined {
    return this.#current;
  }

  /** The current trace and the earlier ones that are still known. */
  all(): readonly SessionTrace[] {
    return this.#current === undefined ? this.#earlier : [...this.#earlier, this.#current];
  }

  /** Makes a trace the current one; what was current becomes the youngest of the earlier ones. */
  open(trace: SessionTrace): void {
    if (this.#current !== undefined) this.#earlier.push(this.#current);
    let chars = this.#earlier.reduce((sum, earlier) => sum + charsOf(earlier), 0);
    while (this.#earlier.length > MAX_EARLIER || (this.#earlier.length > 1 && chars > MAX_EARLIER_CHARS)) {
      const oldest = this.#earlier.shift();
      if (oldest !== undefined) chars -= charsOf(oldest);
    }
    this.#current = trace;
  }

  /** Remembers a stored trace, whose id the client itself gave. */
  rememberStored(trace: EventTrace): void {
    if (this.#stored.size >= MAX_STORED) {
      for (const oldest of this.#stored.keys()) {
        this.#stored.delete(oldest);
        break;
      }
    }
    this.#stored.set(trace.id, trace);
  }

  /** The stored trace of this id. */
  stored(id: Uuid): EventTrace | undefined {
    // Looking up a fresh id costs half a microsecond, and nearly every session stores no trace.
    return this.#stored.size > 0 ? this.#stored.get(id) : undefined;
  }

  /** The trace that this session was told the id of. */
  byId(id: Uuid): SessionTrace | undefined {
    if (this.#current?.id === id) return this.#current;
    // Nearly every session has one trace, and nearly every id is noise.
    if (this.#earlier.length === 0) return undefined;
    return this.#earlier.find((trace) => trace.id === id);
  }

  /**
   * The trace that an event of this time belongs to: the current one, unless the event is older than it, and then
   * the youngest earlier trace that is not younger than the event.
   */
  atTime(timestamp: string): SessionTrace | undefined {
    const current = this.#current;
    if (current === undefined || this.#earlier.length === 0) return current;
    const time = parseTimestamp(timestamp);
    if (time === undefined || !startsAfter(current, time)) return current;
    return this.#earlier.findLast((trace) => !startsAfter(trace, time)) ?? this.#earlier[0];
  }
}

function charsOf(trace: SessionTrace): number {
  return trace.announcement.length + trace.flowId.length + (trace.failure?.length ?? 0);
}

function startsAfter(trace: SessionTrace, time: Timestamp): boolean {
  return trace.startedAt !== undefined && compareTimestamps(trace.startedAt, time) > 0;
}
