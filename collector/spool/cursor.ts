/** What is remembered of a stream's delivery. */
export interface Cursor {
  /** Sequence that central expects next. */
  readonly next: number;
  /** Where the block that holds or follows it begins; a hint that the reader checks. */
  readonly place?:
    | { readonly segment: number; readonly offset: number; readonly sequence: number }
    | undefined;
  /** Records dropped so far by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** A cursor is a few hundred bytes; a longer file is not one. */
export const MAX_CURSOR_BYTES = 64 * 1024;

/** The text of a cursor file. */
export function encodeCursor(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

/** Reads a cursor; `undefined` when the text is not one, which costs only duplicates. */
export function parseCursor(text: string): Cursor | undefined {
  const value = parseObject(text);
  if (value === undefined || !isCount(value.next)) return undefined;
  const dropped: Record<string, number> = Object.create(null);
  if (isObject(value.dropped)) {
    for (const [reason, count] of Object.entries(value.dropped)) if (isCount(count)) dropped[reason] = count;
  }
  const place = value.place;
  if (isObject(place) && isCount(place.segment) && isCount(place.offset) && isCount(place.sequence)) {
    const { segment, offset, sequence } = place;
    return { next: value.next, dropped, place: { segment, offset, sequence } };
  }
  return { next: value.next, dropped };
}

/** The text of the file that marks a stream as ended. */
export function encodeClosed(nextSequence: number): string {
  return JSON.stringify({ next: nextSequence });
}

/** Reads the sequence after the stream's last record; `undefined` when the text does not say. */
export function parseClosed(text: string): number | undefined {
  const next = parseObject(text)?.next;
  return isCount(next) ? next : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
