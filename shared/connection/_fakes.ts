import { AppError } from "../errors/mod.ts";
import { newUuid } from "../ids/mod.ts";
import { LiveHub } from "../live/mod.ts";
import { recordingLogger } from "../telemetry/mod.ts";
import { manualClock } from "../time/mod.ts";
import { Connections } from "./connections.ts";
import {
  createConnectionCounts,
  type RecordOwner,
  type RecordWriter,
  type ServerSocket,
  type StoreOutcome,
} from "./ports.ts";

/** A socket for tests: notes what is sent, and lets the test be the client. */
export interface FakeSocket extends ServerSocket {
  readonly sent: string[];
  readonly closes: number[];
  bufferedAmount: number;
  readyState: number;
  /** A frame from the client. */
  receive(data: string | ArrayBuffer): void;
  /** The connection is gone. */
  vanish(): void;
}

/** A writer for tests that settles when the test says so. */
export interface FakeWriter extends RecordWriter {
  readonly lines: string[];
  /** Appends that wait. */
  readonly waiting: number;
  /** When set, further appends are not taken. */
  refusal: AppError | undefined;
  /** Settles the oldest appends, all by default. */
  settle(count?: number, outcome?: StoreOutcome): void;
}

/** Makes a socket that is open. */
export function fakeSocket(): FakeSocket {
  const sent: string[] = [];
  const closes: number[] = [];
  return {
    sent,
    closes,
    binaryType: "blob",
    readyState: WebSocket.OPEN,
    bufferedAmount: 0,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (text) => {
      sent.push(text);
    },
    close: (code = 1000) => {
      closes.push(code);
    },
    receive(data) {
      this.onmessage?.(new MessageEvent("message", { data }));
    },
    vanish() {
      this.readyState = WebSocket.CLOSED;
      this.onerror?.(new ErrorEvent("error", { message: "reset" }));
      this.onclose?.(new CloseEvent("close", { code: 1006 }));
    },
  };
}

/** Makes a writer that takes everything and settles nothing by itself. */
export function fakeWriter(): FakeWriter {
  const lines: string[] = [];
  const owners: RecordOwner[] = [];
  return {
    lines,
    get waiting() {
      return owners.length;
    },
    refusal: undefined,
    append(records, _receivedAtMs, owner) {
      if (this.refusal !== undefined) return this.refusal;
      lines.push(...(typeof records === "string" ? [records] : records));
      owners.push(owner);
      return undefined;
    },
    settle(count = owners.length, outcome = "durable") {
      for (const owner of owners.splice(0, count)) owner.settled(outcome);
    },
  };
}

/** An answer to a question that the test gives itself. */
export interface OpenQuestion {
  readonly text: string;
  readonly signal: AbortSignal;
  /** Answers; returns when the connection has heard it. */
  answer(text: string): Promise<void>;
}

/** Connections with fake surroundings. */
export function fakeConnections(
  options: { readonly maxEventBytes?: number; readonly publishOnArrival?: boolean } = {},
) {
  const writer = fakeWriter();
  const hub = new LiveHub();
  const counts = createConnectionCounts();
  const log = recordingLogger();
  const questions: OpenQuestion[] = [];
  const connections = new Connections({
    writer,
    hub,
    counts,
    log,
    clock: manualClock(),
    ask: (_request, text, signal) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      questions.push({
        text,
        signal,
        async answer(given) {
          resolve(given);
          // One turn for the answer itself, one for what follows it.
          await promise;
          await Promise.resolve();
          await Promise.resolve();
        },
      });
      return promise;
    },
  }, {
    labels: {},
    failurePolicy: "any_failure",
    maxEventBytes: options.maxEventBytes ?? 1024 * 1024,
    publishOnArrival: options.publishOnArrival ?? true,
  });
  const open = (url = "/") => {
    const socket = fakeSocket();
    connections.accept(socket, url);
    return socket;
  };
  return { connections, open, writer, hub, counts, log, questions };
}

/** Why a writer takes nothing. */
export const FULL = new AppError("Cannot append: the spool is full", { code: "ERR_SPOOL_FULL" });

/** A `RecordEvent` under a random trace id. */
export function recordEvent(actorId = "double", eventId: string = newUuid()): string {
  return JSON.stringify({
    RecordEvent: {
      trace_id: newUuid(),
      event: {
        event_id: eventId,
        timestamp: "2025-11-22T22:15:00Z",
        event_type: "ActorCompleted",
        actor_id: actorId,
      },
    },
  });
}
