import { parseUuid, type Uuid } from "../ids/mod.ts";

/**
 * What a record says about its trace:
 * `trace` it was opened, or a provisional one was adopted by its `StartTrace` ·
 * `event` a `RecordEvent` · `store` a `StoreTrace` · `end` it is over, with a status ·
 * `lost` the writer of the stream is gone, and with it every connection that the stream had open.
 */
export type RecordKind = "trace" | "event" | "store" | "end" | "lost";

/** One accepted client frame and its envelope. The sequence number is the record's place in its stream. */
export interface TraceRecord {
  readonly kind: RecordKind;
  /** Unix time in ms, on the collector's clock. */
  readonly receivedAtMs: number;
  /** Number of the connection within the stream. */
  readonly session: number;
  /** The effective trace; the nil id in `lost`. */
  readonly traceId: Uuid;
  /** `event`: the client's frame, verbatim. Otherwise see `bodies.ts`. */
  readonly text: string;
}

const LETTER_OF = { trace: "T", event: "E", store: "S", end: "X", lost: "L" } as const satisfies Record<
  RecordKind,
  string
>;
const KIND_OF: ReadonlyMap<string, RecordKind> = new Map(
  Object.entries(LETTER_OF).map(([kind, letter]) => [letter, kind as RecordKind]),
);

/**
 * One line: `<letter><receivedAtMs> TAB <session> TAB <traceId> TAB <text>`, without a line end.
 *
 * A raw line break inside JSON text is insignificant whitespace (RFC 8259 section 2: strings cannot hold one),
 * so it becomes a space and the text keeps its meaning.
 */
export function encodeRecord(record: TraceRecord): string {
  return `${LETTER_OF[record.kind]}${record.receivedAtMs}\t${record.session}\t${record.traceId}\t${
    onOneLine(record.text)
  }`;
}

/** The text with raw line breaks turned into spaces; the same string when it has none. */
export function onOneLine(text: string): string {
  // Two searches for one character each cost less than one regular expression over the same text.
  if (text.indexOf("\n") === -1 && text.indexOf("\r") === -1) return text;
  return text.replace(/[\r\n]/g, " ");
}

/** Reads one line back; `undefined` when the envelope is damaged or of an unknown kind. */
export function decodeRecord(line: string): TraceRecord | undefined {
  const first = line.indexOf("\t");
  const second = line.indexOf("\t", first + 1);
  const third = line.indexOf("\t", second + 1);
  if (first < 2 || second === -1 || third === -1) return undefined;
  const kind = KIND_OF.get(line.charAt(0));
  const receivedAtMs = parseCount(line.slice(1, first));
  const session = parseCount(line.slice(first + 1, second));
  const traceId = parseUuid(line.slice(second + 1, third));
  if (kind === undefined || receivedAtMs === undefined || session === undefined || traceId === undefined) {
    return undefined;
  }
  return { kind, receivedAtMs, session, traceId, text: line.slice(third + 1) };
}

function parseCount(text: string): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}
