import { compareTimestamps, formatTimestamp, type Timestamp, timestampOfMs } from "@reflow/shared/protocol";

/** Longest text in a column that is searched by, in UTF-16 units: an index entry must stay below 2,700 bytes. */
export const MAX_NAME_CHARS = 512;
/** Longest error text in a column; the event keeps all of it. */
export const MAX_ERROR_CHARS = 65_536;

/**
 * What a `text` column can hold: NUL and lone surrogates become U+FFFD, and the rest is cut to `maxChars` without
 * parting a pair of surrogates.
 */
export function columnText(text: string, maxChars: number = MAX_NAME_CHARS): string {
  const cut = text.length > maxChars ? cutAt(text, maxChars) : text;
  const whole = cut.isWellFormed() ? cut : cut.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "\ufffd") : whole;
}

function cutAt(text: string, maxChars: number): string {
  const last = text.charCodeAt(maxChars - 1);
  const partsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, partsPair ? maxChars - 1 : maxChars);
}

/** A time as its two columns: `timestamptz` text with microseconds, and the 0–999 nanoseconds below them. */
export interface TimeColumns {
  readonly time: string;
  readonly nanos: number;
}

/** Start of 4713 BC: PostgreSQL's calendar begins shortly before. */
const EARLIEST: Timestamp = { unixSeconds: -210_863_520_000, nanos: 0 };

/** The columns of a time. Earlier than 4713 BC counts as the start of that year. */
export function timeColumns(timestamp: Timestamp): TimeColumns {
  const known = compareTimestamps(timestamp, EARLIEST) < 0 ? EARLIEST : timestamp;
  const nanos = known.nanos % 1000;
  const text = formatTimestamp({ unixSeconds: known.unixSeconds, nanos: known.nanos - nanos });
  if (!text.startsWith("-") && !text.startsWith("0000-")) {
    return { time: text.startsWith("+") ? text.slice(1) : text, nanos };
  }
  // ISO 8601 has a year 0 and PostgreSQL has 1 BC instead.
  const [, year = "", rest = ""] = /^-?(\d+)(.*)$/.exec(text) ?? [];
  return { time: `${String(Number(year) + 1).padStart(4, "0")}${rest} BC`, nanos };
}

const YEAR_10000_MS = 253_402_300_800_000;

/**
 * `timestamptz` text of a unix time in ms, to the microsecond. `Date` writes years beyond 9999 with a sign, which
 * PostgreSQL takes for a time zone.
 */
export function timeText(unixMs: number): string {
  if (unixMs >= 0 && unixMs < YEAR_10000_MS) return new Date(unixMs).toISOString();
  return timeColumns(timestampOfMs(unixMs)).time;
}
