import { BugError } from "../errors/mod.ts";
import { parseUuid, type Uuid } from "../ids/mod.ts";
import { parseRequest } from "../protocol/mod.ts";
import { decodeRecord, type EndReason, splitBody, type TraceRecord } from "../record/mod.ts";
import { labelsFromUrl, Session, type SessionOptions, type Step } from "./mod.ts";

/** A session for tests that notes what it wants stored. */
export interface ScriptedSession {
  readonly session: Session;
  /** Everything that was to be stored so far. */
  readonly records: TraceRecord[];
  /** Lets the session take a frame; the step it leads to. */
  receive(frame: string): Step;
  /** Ends the session; the records that this added. */
  end(reason?: EndReason): readonly TraceRecord[];
}

/** Opens a session whose trace ids count up: {@linkcode numberedId} 1, 2, 3 … Time moves 1 ms per frame. */
export function scriptedSession(options: Partial<SessionOptions> = {}): ScriptedSession {
  let traces = 0;
  let nowMs = 1_763_849_700_000;
  const session = new Session({
    session: 7,
    labels: labelsFromUrl("/orders?service=billing", {}).labels,
    executionId: numberedId(900),
    newTraceId: () => numberedId(++traces),
    failurePolicy: "any_failure",
    ...options,
  });
  const records: TraceRecord[] = [];
  const note = (lines: string | readonly string[]) => {
    for (const line of typeof lines === "string" ? [lines] : lines) records.push(decoded(line));
  };
  return {
    session,
    records,
    receive(frame) {
      const step = session.receive(parseRequest(frame), frame, nowMs++);
      if (step.kind === "store") note(step.records);
      return step;
    },
    end(reason = "disconnected") {
      const before = records.length;
      note(session.end(reason, nowMs++));
      return records.slice(before);
    },
  };
}

/** A UUID that is recognised at a glance. */
export function numberedId(number: number): Uuid {
  const id = parseUuid(`00000000-0000-7000-8000-${String(number).padStart(12, "0")}`);
  if (id === undefined) throw new BugError(`${number} makes no id`);
  return id;
}

/** Fields of an event that a test cares about. */
export interface EventFields {
  /** Number of the event; by default one that was not used before. */
  readonly id?: number;
  /** Second of a minute in 2025, with or without a fraction. */
  readonly second?: string;
  readonly type?: unknown;
  readonly actor?: string;
  readonly error?: string | null;
  readonly clientTraceId?: string;
}

let lastEvent = 1000;

/** A `RecordEvent` as the real client writes it, under a random trace id unless told otherwise. */
export function recordEvent(fields: EventFields = {}): string {
  const { id = ++lastEvent, second = "00", type = "MessageSent", actor = "double", error = null } = fields;
  return JSON.stringify({
    RecordEvent: {
      trace_id: fields.clientTraceId ?? crypto.randomUUID(),
      event: {
        event_id: numberedId(id),
        timestamp: timeAt(second),
        event_type: type,
        actor_id: actor,
        data: { port: null, message: null, state_diff: null, error, custom_attributes: {} },
        causality: { parent_event_id: null, root_cause_event_id: crypto.randomUUID(), dependency_chain: [] },
      },
    },
  });
}

/** An `ActorFailed` with the error. */
export function failure(error: string, fields: EventFields = {}): string {
  return recordEvent({ type: "ActorFailed", error, ...fields });
}

/** A `StartTrace` that begins at a second of the same minute. */
export function startTrace(flowId: string, second = "00"): string {
  const version = { major: 1, minor: 0, patch: 0, git_hash: null, timestamp: timeAt(second) };
  return JSON.stringify({ StartTrace: { flow_id: flowId, version } });
}

/** A `StoreTrace` without events. */
export function storeTrace(id: string): string {
  return JSON.stringify({
    StoreTrace: {
      trace: {
        trace_id: id,
        flow_id: "stored",
        execution_id: numberedId(901),
        version: { major: 1, minor: 0, patch: 0, git_hash: null, timestamp: timeAt("00") },
        start_time: timeAt("00"),
        end_time: null,
        status: "Running",
        events: [],
      },
    },
  });
}

/** A record in one line: kind, number of the trace, and what matters of the text. */
export function brief(record: TraceRecord): string {
  const trace = Number(record.traceId.slice(-12));
  switch (record.kind) {
    case "event":
      return `event ${trace}`;
    case "store":
      return `store ${trace}`;
    case "trace": {
      const frame = splitBody(record.text).frame;
      return frame === "" ? `trace ${trace} provisional` : `trace ${trace} ${flowOf(frame)}`;
    }
    default: {
      const { reason, status, error } = JSON.parse(record.text);
      return `end ${trace} ${reason} ${status}${error === null ? "" : ` "${error}"`}`;
    }
  }
}

function flowOf(frame: string): string {
  const request = parseRequest(frame);
  return request.kind === "start_trace" ? request.flowId : request.kind;
}

function timeAt(second: string): string {
  return `2025-11-22T22:15:${second}Z`;
}

function decoded(line: string): TraceRecord {
  const record = decodeRecord(line);
  if (record === undefined) throw new BugError(`no record: ${line}`);
  return record;
}
