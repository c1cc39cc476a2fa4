/** A point in time with all its digits. Unix seconds may be negative; nanoseconds are 0–999,999,999. */
export interface Timestamp {
  readonly unixSeconds: number;
  readonly nanos: number;
}

// RFC 3339 as chrono reads it: a sign and more than four digits for far years, `T`, `t` or a space, an offset.
const PATTERN =
  /^([+-]\d{4,6}|\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** chrono's range; years beyond it are refused by every Rust peer. */
const MAX_YEAR = 262_142;
const MIN_YEAR = -262_143;

/**
 * Reads an RFC 3339 timestamp. A leap second (`:60`) is the first second of the next minute; digits past the
 * ninth are cut off.
 *
 * @returns `undefined` when the text is not a timestamp or names a day that does not exist.
 */
export function parseTimestamp(text: unknown): Timestamp | undefined {
  if (typeof text !== "string") return undefined;
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction, sign, oh, om] =
    match;
  const fields = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  };
  if (!inRange(fields)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fields.year, fields.month - 1, fields.day);
  // Date rolls 31 June over to 1 July; Rust refuses it, and so do we.
  const dateSeconds = date.getUTCMonth() === fields.month - 1 ? Math.floor(date.getTime() / 1000) : NaN;
  if (Number.isNaN(dateSeconds)) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (Number(oh ?? 0) * 3600 + Number(om ?? 0) * 60);
  if (Number(oh ?? 0) > 23 || Number(om ?? 0) > 59) return undefined;
  return {
    unixSeconds: dateSeconds + fields.hour * 3600 + fields.minute * 60 + fields.second - offset,
    nanos: Number((fraction ?? "").slice(0, 9).padEnd(9, "0")),
  };
}

function inRange(
  f: { year: number; month: number; day: number; hour: number; minute: number; second: number },
): boolean {
  return f.year >= MIN_YEAR && f.year <= MAX_YEAR && f.month >= 1 && f.month <= 12 && f.day >= 1 &&
    f.day <= 31 && f.hour <= 23 && f.minute <= 59 && f.second <= 60;
}

/** Whether a text is a timestamp, for the hot path: nothing is built. */
export function isTimestamp(text: unknown): text is string {
  // What nearly every event carries, decided without taking the text apart.
  if (typeof text === "string" && COMMON.test(text)) return true;
  return parseTimestamp(text) !== undefined;
}
const COMMON =
  /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/** Orders two timestamps: negative when `a` is earlier. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.unixSeconds - b.unixSeconds || a.nanos - b.nanos;
}

/** The timestamp of a unix time in ms. */
export function timestampOfMs(unixMs: number): Timestamp {
  const unixSeconds = Math.floor(unixMs / 1000);
  return { unixSeconds, nanos: Math.floor((unixMs - unixSeconds * 1000) * 1e6) };
}

/** RFC 3339 in UTC with 0, 3, 6 or 9 digits of fraction, as chrono writes it; far years get a sign. */
export function formatTimestamp(timestamp: Timestamp): string {
  const date = new Date(timestamp.unixSeconds * 1000);
  const year = date.getUTCFullYear();
  const yearText = year > 9999
    ? `+${year}`
    : year < 0
    ? `-${String(-year).padStart(4, "0")}`
    : String(year).padStart(4, "0");
  const pad = (n: number) => String(n).padStart(2, "0");
  const nanos = String(timestamp.nanos).padStart(9, "0");
  const fraction = timestamp.nanos === 0
    ? ""
    : nanos.endsWith("000000")
    ? `.${nanos.slice(0, 3)}`
    : nanos.endsWith("000")
    ? `.${nanos.slice(0, 6)}`
    : `.${nanos}`;
  return `${yearText}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}T${pad(date.getUTCHours())}:${
    pad(date.getUTCMinutes())
  }:${pad(date.getUTCSeconds())}${fraction}Z`;
}
