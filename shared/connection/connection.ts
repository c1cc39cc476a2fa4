import { type AppError, unreachable } from "../errors/mod.ts";
import type { LiveHub, Subscriber } from "../live/mod.ts";
import {
  errorAnswer,
  EVENT_RECORDED,
  eventNotRecorded,
  metricsAnswer,
  parseRequest,
  readFrame,
  type Request,
  takeEvent,
} from "../protocol/mod.ts";
import type { EndReason } from "../record/mod.ts";
import { type AcceptedEvent, AnswerQueue, type FailurePolicy, type Session } from "../session/mod.ts";
import type { Clock } from "../time/mod.ts";
import {
  type Ask,
  type ConnectionCounts,
  type RecordOwner,
  type RecordWriter,
  type ServerSocket,
  type StoreOutcome,
  wireMetricsOf,
} from "./ports.ts";
import { UnreadAnswers } from "./unread_answers.ts";

/** What all connections share. */
export interface ConnectionDeps {
  readonly writer: RecordWriter;
  readonly hub: LiveHub;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly counts: ConnectionCounts;
}

/** Limits and policies of a connection. */
export interface ConnectionOptions {
  /** Limit on a frame and on what it unpacks to. */
  readonly maxEventBytes: number;
  readonly failurePolicy: FailurePolicy;
  /** Whether events go to subscribers as they arrive; otherwise whoever stores them publishes. */
  readonly publishOnArrival: boolean;
}

/**
 * A client that reads nothing gets no more answers once this much waits for it. It is never cut off for that: the
 * real client does not come back, and it does not look at its answers anyway.
 */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
/** The runtime keeps about a kilobyte per answer beside its text, so that small answers are bounded by their number. */
const MAX_UNREAD_ANSWERS = 65_536;
/** Looking at a socket's buffer costs as much as a small send; once per this many answers is often enough. */
const LOOK_EVERY_ANSWERS = 64;
/** An answer from here on is looked after by itself: 64 traces unread would be a gigabyte. */
const LARGE_ANSWER_CHARS = 16 * 1024;
/**
 * Answers that may wait for one before them. A full spool queue holds about 100,000 events; beyond that, open
 * questions are given up, and then answers that promise nothing are dropped.
 */
const MAX_WAITING_ANSWERS = 131_072;
/** Questions (`GetTrace` …) of one connection that may wait for the store at the same time. */
const MAX_OPEN_QUESTIONS = 16;

/** One client connection: the shell around its `Session`. */
export class Connection implements RecordOwner {
  readonly #socket: ServerSocket;
  readonly #session: Session;
  readonly #deps: ConnectionDeps;
  readonly #options: ConnectionOptions;
  readonly #answers: AnswerQueue;
  readonly #subscriber: Subscriber;
  readonly #closed = new AbortController();
  #openQuestions = 0;
  #sent = 0;
  readonly #unread = new UnreadAnswers({ maxBytes: MAX_UNREAD_BYTES, maxAnswers: MAX_UNREAD_ANSWERS });
  #isUnread = false;

  constructor(socket: ServerSocket, session: Session, deps: ConnectionDeps, options: ConnectionOptions) {
    this.#socket = socket;
    this.#session = session;
    this.#deps = deps;
    this.#options = options;
    this.#answers = new AnswerQueue((text) => this.#send(text));
    this.#subscriber = {
      bufferedBytes: () => socket.bufferedAmount,
      send: (text) => this.#transmit(text),
    };
  }

  /** Takes one frame from the client. */
  receive(data: string | ArrayBuffer): void {
    if (this.#closed.signal.aborted) return;
    const { clock, counts } = this.#deps;
    counts.framesReceived++;
    const frame = readFrame(data, this.#options.maxEventBytes);
    const text = frame.kind === "text" ? frame.text : "";
    const request = frame.kind === "text" ? parseRequest(frame.text) : frame;
    const receivedAtMs = clock.now();
    const step = this.#session.receive(request, text, receivedAtMs);
    switch (step.kind) {
      case "store":
        // Before the append, so that a client which also subscribes hears of its event before the answer.
        if (step.event !== undefined && this.#options.publishOnArrival) this.#publish(step.event, text);
        if (!this.#store(step.records, step.answer, receivedAtMs)) return;
        if (request.kind === "record_event") counts.eventsAccepted++;
        else if (request.kind === "store_trace") counts.tracesStored++;
        return;
      case "repeat":
        counts.eventsRepeated++;
        return this.#answer(step.answer, true);
      case "answer":
        return this.#answer(step.answer);
      case "refused":
        counts.framesRefused++;
        return this.#answer(step.answer);
      case "metrics":
        return this.#answer(metricsAnswer(wireMetricsOf(counts)));
      case "subscribe":
        this.#deps.hub.subscribe(this.#subscriber, step.filters);
        return this.#answer(step.answer);
      case "unsubscribe":
        this.#deps.hub.unsubscribe(this.#subscriber);
        return this.#answer(step.answer);
      case "ask":
        return this.#ask(step.request, text);
      default:
        return unreachable(step);
    }
  }

  /** The records of the oldest unsettled frame are stored, or are not. */
  settled(outcome: StoreOutcome): void {
    if (outcome === "durable") return this.#answers.settleNext();
    this.#answers.settleNext(this.#failed(outcome));
  }

  /** Ends the session: its open traces get their `end` records. Does nothing the second time. */
  end(reason: EndReason): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#deps.hub.unsubscribe(this.#subscriber);
    const now = this.#deps.clock.now();
    const records = this.#session.end(reason, now);
    if (records.length > 0) this.#deps.writer.append(records, now, ENDING);
  }

  /** Hands records to the writer; whether it took them. */
  #store(records: string | readonly string[], answer: string, receivedAtMs: number): boolean {
    this.#hasRoom();
    this.#answers.pushDurable(answer);
    const refusal = this.#deps.writer.append(records, receivedAtMs, this);
    if (refusal !== undefined) this.#answers.failLast(this.#failed(refusal));
    return refusal === undefined;
  }

  /** Notes that records are not stored; gives the answer to send instead of the one that was meant. */
  #failed(error: AppError): (answer: string) => string {
    this.#deps.counts.recordsFailed++;
    this.#session.storingFailed();
    return (answer) =>
      answer === EVENT_RECORDED
        ? eventNotRecorded(error.message)
        : errorAnswer(error.message, "StorageError");
  }

  #ask(request: Request, text: string): void {
    this.#deps.counts.tracesQueried++;
    if (this.#openQuestions >= MAX_OPEN_QUESTIONS) {
      const message =
        `Cannot answer: ${MAX_OPEN_QUESTIONS} questions of this connection are waiting; ask again later`;
      return this.#answer(errorAnswer(message, "InvalidRequest"));
    }
    this.#openQuestions++;
    const answer = this.#answers.reserve();
    this.#deps.ask(request, text, this.#closed.signal).then(answer).finally(() => this.#openQuestions--);
  }

  #publish(event: AcceptedEvent, text: string): void {
    if (this.#deps.hub.isIdle) return;
    const { trace, head } = event;
    const isFailed = trace.failure !== undefined && this.#options.failurePolicy === "any_failure";
    const inferred = isFailed
      ? { name: "Failed", error: trace.failure ?? "" } as const
      : { name: "Running" } as const;
    this.#deps.hub.publish({
      traceId: trace.id,
      head,
      flowId: trace.flowId,
      flowName: this.#session.labels.flow,
      status: trace.ownStatus ?? inferred,
      text: () => takeEvent(text)?.text ?? "{}",
    });
  }

  #answer(text: string, isRepeat = false): void {
    if (!this.#hasRoom()) this.#deps.counts.answersDropped++;
    else if (isRepeat) this.#answers.pushLikeLast(text);
    else this.#answers.push(text);
  }

  /** Whether another answer may wait; gives up open questions before saying no. */
  #hasRoom(): boolean {
    if (this.#answers.length < MAX_WAITING_ANSWERS) return true;
    const message =
      `Cannot answer: ${MAX_WAITING_ANSWERS} answers wait behind this question; ask again later`;
    this.#answers.giveUpReserved(errorAnswer(message, "InternalError"));
    return this.#answers.length < MAX_WAITING_ANSWERS;
  }

  #send(text: string): void {
    if (this.#sent++ % LOOK_EVERY_ANSWERS === 0 || text.length > LARGE_ANSWER_CHARS) {
      this.#isUnread = this.#unread.isTooMuch(this.#socket.bufferedAmount);
    }
    if (this.#isUnread) this.#deps.counts.answersDropped++;
    else this.#transmit(text);
  }

  #transmit(text: string): void {
    if (this.#socket.readyState !== OPEN) return;
    this.#deps.counts.answersSent++;
    this.#unread.sent(text.length);
    this.#socket.send(text);
  }
}

/** `WebSocket.OPEN`; looking it up there costs as much as half a send. */
const OPEN = 1;

/** Nobody waits for the `end` records of a connection that is gone; the writer counts what it cannot store. */
const ENDING: RecordOwner = { settled: () => {} };
