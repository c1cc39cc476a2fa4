import type { AppError } from "../errors/mod.ts";
import type { Request, WireMetrics } from "../protocol/mod.ts";

/** What became of records: `"durable"`, or why they are not stored. */
export type StoreOutcome = "durable" | AppError;

/** Who is told what became of the records that were taken; calls come in the order of the appends. */
export interface RecordOwner {
  /** Called once per append that was taken; may run before `append()` returns. */
  settled(outcome: StoreOutcome): void;
}

/** Where records go: the collector's spool, or central's store. */
export interface RecordWriter {
  /**
   * Takes records that belong together, all or none. Never throws.
   *
   * @returns why they were not taken; `undefined` when they were, and then the owner hears the outcome once.
   */
  append(
    records: string | readonly string[],
    receivedAtMs: number,
    owner: RecordOwner,
  ): AppError | undefined;
}

/** Answers what needs the store. Never rejects: trouble is an `Error` answer. */
export type Ask = (request: Request, text: string, signal: AbortSignal) => Promise<string>;

/** The part of a WebSocket that a connection uses. */
export interface ServerSocket {
  binaryType: BinaryType;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onclose: ((event: CloseEvent) => unknown) | null;
  onerror: ((event: Event | ErrorEvent) => unknown) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Counters over all connections, for metrics and `GetMetrics`. */
export interface ConnectionCounts {
  connectionsActive: number;
  connectionsTotal: number;
  framesReceived: number;
  answersSent: number;
  /** Answers that a client which does not read did not get. */
  answersDropped: number;
  framesRefused: number;
  /** Events whose records could not be stored; their client was told so. */
  recordsFailed: number;
  /** Events that the writer took. */
  eventsAccepted: number;
  /** Events that had been sent before. */
  eventsRepeated: number;
  tracesStored: number;
  tracesQueried: number;
}

/** All zero. */
export function createConnectionCounts(): ConnectionCounts {
  return {
    connectionsActive: 0,
    connectionsTotal: 0,
    framesReceived: 0,
    answersSent: 0,
    answersDropped: 0,
    framesRefused: 0,
    recordsFailed: 0,
    eventsAccepted: 0,
    eventsRepeated: 0,
    tracesStored: 0,
    tracesQueried: 0,
  };
}

/** The seven counters that the protocol's `GetMetrics` asks for. */
export function wireMetricsOf(counts: ConnectionCounts): WireMetrics {
  return {
    connections_active: counts.connectionsActive,
    connections_total: counts.connectionsTotal,
    errors_total: counts.framesRefused + counts.recordsFailed,
    messages_received: counts.framesReceived,
    messages_sent: counts.answersSent,
    traces_queried: counts.tracesQueried,
    traces_stored: counts.tracesStored,
  };
}
