import {
  elementSpans,
  isRawNumber,
  type LosslessValue,
  memberText,
  parseLossless,
} from "@reflow/shared/json";
import { getText } from "./get_text.ts";

/** What one replayed connection sent, as the replay reports it. */
export interface SentConnection {
  /** Path and query that it connected to. */
  readonly path: string;
  /** Text frames in order. */
  readonly sent: readonly string[];
}

/** What was found. Nothing is wrong when `differences` is empty. */
export interface Verdict {
  readonly connectionCount: number;
  readonly eventCount: number;
  /** Ids of the traces that hold the events. */
  readonly traceIds: readonly string[];
  /** One sentence each. */
  readonly differences: readonly string[];
}

/** More differences than this say nothing new. */
const MAX_DIFFERENCES = 50;
const PAGE = 1000;

/**
 * Compares what was sent with what central gives back: every event once, under a trace of its connection that no other
 * connection shares, and equal up to the order of keys and insignificant whitespace. A connection has one trace, or as
 * many as it sent `StartTrace`. Event ids are unique over all connections.
 *
 * @param centralUrl for example `http://127.0.0.1:8090`.
 */
export async function verifyReplay(
  connections: readonly SentConnection[],
  centralUrl: string,
): Promise<Verdict> {
  const differences: string[] = [];
  const note = (difference: string) => {
    if (differences.length < MAX_DIFFERENCES) differences.push(difference);
  };
  const stored = await readAll(centralUrl);
  const traceOf = new Map<string, number>();
  let eventCount = 0;
  let withEvents = 0;
  connections.forEach(({ path, sent }, index) => {
    const events = sent.flatMap((frame) => eventOf(frame) ?? []);
    if (events.length > 0) withEvents++;
    eventCount += events.length;
    for (const event of events) {
      const { id, canonical } = identify(event);
      const found = (stored.get(id) ?? []).filter((one) => one.canonical === canonical);
      const own = found.filter((one) => (traceOf.get(one.traceId) ?? index) === index);
      if (own.length !== 1) note(describe(path, id, stored.get(id) ?? [], own.length));
      for (const one of own.slice(0, 1)) traceOf.set(one.traceId, index);
    }
    const traces = [...traceOf.values()].filter((owner) => owner === index).length;
    // Each StartTrace may open one; events before the first belong to the trace that it adopts.
    const opened = Math.max(1, sent.filter((frame) => memberText(frame, "StartTrace") !== undefined).length);
    if (traces > opened) note(`events of connection "${path}" are in ${traces} traces, it opened ${opened}`);
  });
  if (withEvents > traceOf.size && differences.length === 0) {
    note(`${withEvents} connections sent events, ${traceOf.size} traces hold them`);
  }
  return { connectionCount: connections.length, eventCount, traceIds: [...traceOf.keys()], differences };
}

interface StoredEvent {
  readonly traceId: string;
  readonly canonical: string;
}

function describe(path: string, id: string, found: readonly StoredEvent[], own: number): string {
  const where = `event ${id} of connection "${path}"`;
  if (found.length === 0) return `${where} is not stored`;
  return own > 1
    ? `${where} is stored ${own} times`
    : `${where} is stored with another text or in another's trace`;
}

/** All events of all traces by event id; one that is stored twice has a list of two. */
async function readAll(centralUrl: string): Promise<Map<string, StoredEvent[]>> {
  const stored = new Map<string, StoredEvent[]>();
  for (const trace of await readList(`${centralUrl}/api/v1/traces`, "traces")) {
    const traceId = String(JSON.parse(memberText(trace, "trace_id") ?? `""`));
    for (const event of await readList(`${centralUrl}/api/v1/traces/${traceId}/events`, "events")) {
      const { id, canonical } = identify(event);
      const list = stored.get(id) ?? [];
      list.push({ traceId, canonical });
      stored.set(id, list);
    }
  }
  return stored;
}

/** Every item of a paged list as its JSON text; throws what {@linkcode getText} throws. */
export async function readList(address: string, member: string): Promise<string[]> {
  const items: string[] = [];
  let cursor: string | null = null;
  do {
    const url = new URL(address);
    url.searchParams.set("limit", String(PAGE));
    if (cursor !== null) url.searchParams.set("cursor", cursor);
    const text = await getText(url);
    const list = memberText(text, member) ?? "[]";
    items.push(...elementSpans(list).map((span) => list.slice(span.start, span.end)));
    const next: unknown = JSON.parse(memberText(text, "next_cursor") ?? "null");
    cursor = typeof next === "string" ? next : null;
  } while (cursor !== null);
  return items;
}

function eventOf(frame: string): string | undefined {
  const body = memberText(frame, "RecordEvent");
  return body === undefined ? undefined : memberText(body, "event");
}

function identify(event: string): { readonly id: string; readonly canonical: string } {
  const id: unknown = JSON.parse(memberText(event, "event_id") ?? `""`);
  return { id: String(id), canonical: canonicalText(event) };
}

/** A JSON text with its keys in order and no whitespace, every number as it was written. */
export function canonicalText(json: string): string {
  return JSON.stringify(sorted(parseLossless(json)));
}

function sorted(value: LosslessValue): LosslessValue {
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
