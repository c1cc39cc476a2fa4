import type { Uuid } from "../ids/mod.ts";

/** Names and labels of the connection that a trace came in on. */
export interface SessionLabels {
  /** Name of the flow from the URL's path or the configuration; `null` when nobody gave one. */
  readonly flow: string | null;
  readonly service: string | null;
  readonly environment: string | null;
  /** Host that the collector runs on. */
  readonly host: string | null;
  /** Further labels from query and configuration. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Body of a `trace` record; the client's `StartTrace` frame follows it, empty while provisional. */
export interface TraceBody extends SessionLabels {
  readonly executionId: Uuid;
  /** Sender's timestamp (RFC 3339 text) of the event that opened a provisional trace. */
  readonly firstEventTime: string | null;
}

/** Body of a `store` record; the client's `StoreTrace` frame follows it. */
export type StoreBody = SessionLabels;

/** Why a trace ended. */
export type EndReason = "disconnected" | "superseded" | "stopped" | "lost";

/** Body of an `end` record. */
export interface EndBody {
  readonly reason: EndReason;
  readonly status: "Completed" | "Failed" | "Cancelled";
  /** Text of the first failure; `null` unless the status is `Failed`. */
  readonly error: string | null;
  /** Unix time in ms when the trace ended, on the clock that gave it. */
  readonly endedAtMs: number;
}

/** Body of a `lost` record. */
export interface LostBody {
  readonly reason: "lost";
  readonly endedAtMs: number;
}

/**
 * Joins a body and the frame it belongs to: `<body as JSON> TAB <frame verbatim>`. `JSON.stringify` writes
 * control characters as escapes, so the first raw tab ends the body.
 */
export function joinBody(body: TraceBody | StoreBody, frame: string): string {
  return `${JSON.stringify(body)}\t${frame}`;
}

/**
 * Takes apart what {@linkcode joinBody} joined. The body is `unknown` on purpose: it may come from another
 * version of the collector, and the reader must look at each member.
 *
 * @throws SyntaxError when the body is not JSON.
 */
export function splitBody(text: string): { readonly body: unknown; readonly frame: string } {
  const tab = text.indexOf("\t");
  const end = tab === -1 ? text.length : tab;
  return { body: JSON.parse(text.slice(0, end)), frame: text.slice(end + 1) };
}
