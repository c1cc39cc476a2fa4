import type { Uuid } from "../ids/mod.ts";
import {
  errorAnswer,
  EVENT_RECORDED,
  type EventHead,
  legacyErrorAnswer,
  parseTimestamp,
  PONG,
  type Refusal,
  type Request,
  type SubscriptionFilters,
  traceStarted,
  traceStored,
} from "../protocol/mod.ts";
import { encodeRecord, type EndBody, type EndReason, joinBody, type SessionLabels } from "../record/mod.ts";
import { RecentIds } from "./recent_ids.ts";
import { type EventTrace, type SessionTrace, SessionTraces } from "./session_traces.ts";
import { type FailurePolicy, inferStatus } from "./status_policy.ts";

/** What a session needs from outside: names, numbers, and a source of ids. */
export interface SessionOptions {
  /** Number of the connection within its stream. */
  readonly session: number;
  readonly labels: SessionLabels;
  readonly executionId: Uuid;
  readonly newTraceId: () => Uuid;
  readonly failurePolicy: FailurePolicy;
}

/** An event that was taken, for subscribers. */
export interface AcceptedEvent {
  readonly trace: EventTrace;
  readonly head: EventHead;
}

/**
 * What a frame leads to.
 *
 * `store`: write the records, all or none, and send the answer once they are durable · `repeat`: an event that was
 * sent before; its answer is that of the first · `answer`: send at once (in its turn) · `ask`: somebody who has
 * the store must answer · `subscribe`, `unsubscribe`: as named, then send the answer.
 */
export type Step =
  | {
    readonly kind: "store";
    readonly records: string | readonly string[];
    readonly answer: string;
    readonly event: AcceptedEvent | undefined;
  }
  | { readonly kind: "repeat"; readonly answer: string }
  | { readonly kind: "answer"; readonly answer: string }
  | { readonly kind: "refused"; readonly answer: string }
  | { readonly kind: "ask"; readonly request: Request }
  | { readonly kind: "metrics" }
  | { readonly kind: "subscribe"; readonly filters: SubscriptionFilters; readonly answer: string }
  | { readonly kind: "unsubscribe"; readonly answer: string };

/** Event ids remembered per session: up to 64 bytes each, more than a client that resends has in flight. */
const RECENT_IDS = 1024;

/** One client connection as a pure state machine: no socket, no clock, no disk. See `mod.ts` for its rules. */
export class Session {
  readonly #options: SessionOptions;
  readonly #traces = new SessionTraces();
  readonly #recent = new RecentIds(RECENT_IDS);
  /** Records were not stored since the traces were last announced. */
  #isUncertain = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Names and labels of the connection. */
  get labels(): SessionLabels {
    return this.#options.labels;
  }

  /** Traces that are not ended. */
  get openTraces(): readonly SessionTrace[] {
    return this.#traces.all().filter((trace) => trace.endedAtMs === undefined);
  }

  /**
   * Takes one understood frame.
   *
   * @param text the frame's JSON text, kept verbatim in the records.
   */
  receive(request: Request | Refusal, text: string, receivedAtMs: number): Step {
    switch (request.kind) {
      case "record_event":
        return this.#recordEvent(request.event, request.clientTraceId, text, receivedAtMs);
      case "start_trace":
        return this.#startTrace(request.flowId, request.startedAt, text, receivedAtMs);
      case "store_trace":
        return this.#storeTrace(request, text, receivedAtMs);
      case "get_trace":
      case "query_traces":
      case "get_flow_versions":
        return { kind: "ask", request };
      case "subscribe":
        return { kind: "subscribe", filters: request.filters, answer: EVENT_RECORDED };
      case "unsubscribe":
        return { kind: "unsubscribe", answer: EVENT_RECORDED };
      case "ping":
        return { kind: "answer", answer: PONG };
      case "get_metrics":
        return { kind: "metrics" };
      case "legacy_subscribe":
        return {
          kind: "refused",
          answer: legacyErrorAnswer(
            `Cannot subscribe with "filter": send {"Subscribe":{"filters":{…}}} instead`,
          ),
        };
      case "refused":
        return { kind: "refused", answer: errorAnswer(request.message, request.code) };
    }
  }

  /** Records that end every open trace, because the connection ended. */
  end(reason: EndReason, endedAtMs: number): string[] {
    const records = this.#repairs(endedAtMs);
    for (const trace of this.#traces.all()) {
      if (trace.endedAtMs === undefined) records.push(this.#end(trace, reason, endedAtMs));
    }
    return records;
  }

  /**
   * Some records were not stored. An event that comes again is then not a repetition, and the next records are
   * preceded by the announcement of each known trace, and by its end if it has ended: either may be what is missing.
   */
  storingFailed(): void {
    this.#recent.clear();
    this.#isUncertain = true;
  }

  #recordEvent(event: EventHead, clientTraceId: Uuid | undefined, text: string, receivedAtMs: number): Step {
    if (!this.#recent.add(event.eventId)) return { kind: "repeat", answer: EVENT_RECORDED };
    const stored = clientTraceId === undefined ? undefined : this.#traces.stored(clientTraceId);
    if (stored !== undefined) {
      return this.#store(this.#line("event", stored.id, text, receivedAtMs), { trace: stored, head: event });
    }
    const told = clientTraceId === undefined ? undefined : this.#traces.byId(clientTraceId);
    const known = told ?? this.#traces.atTime(event.timestamp);
    const trace = known ?? this.#openTrace(undefined, "");
    const isFirstFailure = event.eventType === "ActorFailed" && trace.failure === undefined;
    if (isFirstFailure) trace.failure = event.error ?? "";

    const line = this.#line("event", trace.id, text, receivedAtMs);
    // A late failure changes how its trace ended.
    const endsAgain = isFirstFailure && trace.endedAtMs !== undefined &&
      this.#options.failurePolicy === "any_failure";
    if (known !== undefined && !endsAgain && !this.#isUncertain) {
      return this.#store(line, { trace, head: event });
    }
    // A trace that was just opened has no announcement yet that could be repeated.
    const records = this.#repairs(receivedAtMs);
    if (known === undefined) records.push(this.#traceRecord(trace, event.timestamp, "", receivedAtMs));
    records.push(line);
    if (endsAgain) records.push(this.#end(trace, "superseded", receivedAtMs));
    return this.#store(records, { trace, head: event });
  }

  #startTrace(flowId: string, startedAt: string, text: string, receivedAtMs: number): Step {
    const current = this.#traces.current;
    const records = this.#repairs(receivedAtMs);
    let trace: SessionTrace;
    if (current !== undefined && current.startedAt === undefined) {
      trace = current;
      trace.startedAt = parseTimestamp(startedAt);
      trace.flowId = flowId;
    } else {
      if (current !== undefined && current.endedAtMs === undefined) {
        records.push(this.#end(current, "superseded", receivedAtMs));
      }
      trace = this.#openTrace(startedAt, flowId);
    }
    records.push(this.#traceRecord(trace, null, text, receivedAtMs));
    return { kind: "store", records, answer: traceStarted(trace.id), event: undefined };
  }

  #storeTrace(
    request: Extract<Request, { kind: "store_trace" }>,
    text: string,
    receivedAtMs: number,
  ): Step {
    const { traceId, flowId, status } = request;
    this.#traces.rememberStored({ id: traceId, flowId, failure: undefined, ownStatus: status });
    const records = this.#line("store", traceId, joinBody(this.#options.labels, text), receivedAtMs);
    return { kind: "store", records, answer: traceStored(traceId), event: undefined };
  }

  #openTrace(startedAt: string | undefined, flowId: string): SessionTrace {
    const trace: SessionTrace = {
      id: this.#options.newTraceId(),
      startedAt: startedAt === undefined ? undefined : parseTimestamp(startedAt),
      flowId,
      failure: undefined,
      endedAtMs: undefined,
      announcement: "",
    };
    this.#traces.open(trace);
    return trace;
  }

  #store(records: string | readonly string[], event: AcceptedEvent | undefined): Step {
    return { kind: "store", records, answer: EVENT_RECORDED, event };
  }

  #traceRecord(
    trace: SessionTrace,
    firstEventTime: string | null,
    frame: string,
    receivedAtMs: number,
  ): string {
    const body = { ...this.#options.labels, executionId: this.#options.executionId, firstEventTime };
    trace.announcement = joinBody(body, frame);
    return this.#line("trace", trace.id, trace.announcement, receivedAtMs);
  }

  /** Says again what may not have been stored about each trace; nothing when everything was. */
  #repairs(receivedAtMs: number): string[] {
    if (!this.#isUncertain) return [];
    this.#isUncertain = false;
    const records: string[] = [];
    for (const trace of this.#traces.all()) {
      if (trace.announcement === "") continue;
      records.push(this.#line("trace", trace.id, trace.announcement, receivedAtMs));
      // Only a later StartTrace ends a trace while the session goes on.
      if (trace.endedAtMs !== undefined) records.push(this.#end(trace, "superseded", receivedAtMs));
    }
    return records;
  }

  /** An `end` record; when it is not the first, it says the time of the first. */
  #end(trace: SessionTrace, reason: EndReason, receivedAtMs: number): string {
    trace.endedAtMs ??= receivedAtMs;
    const inferred = inferStatus(reason, trace.failure, this.#options.failurePolicy);
    const body: EndBody = { reason, ...inferred, endedAtMs: trace.endedAtMs };
    return this.#line("end", trace.id, JSON.stringify(body), receivedAtMs);
  }

  #line(
    kind: "trace" | "event" | "store" | "end",
    traceId: Uuid,
    text: string,
    receivedAtMs: number,
  ): string {
    return encodeRecord({ kind, receivedAtMs, session: this.#options.session, traceId, text });
  }
}
