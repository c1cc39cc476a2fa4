import { compareTimestamps, formatTimestamp, type Timestamp } from "@reflow/shared/protocol";

export type { Timestamp };

// PostgreSQL's range of timestamptz, 4714-11-24 BC to the end of 294276 AD, in unix seconds.
const SQL_FIRST: Timestamp = { unixSeconds: -210_866_803_200, nanos: 0 };
const SQL_LAST: Timestamp = { unixSeconds: 9_224_318_015_999, nanos: 999_999_999 };
const SQL_BEFORE_FIRST: Timestamp = { unixSeconds: SQL_FIRST.unixSeconds - 1, nanos: 0 };
const SQL_AFTER_LAST: Timestamp = { unixSeconds: SQL_LAST.unixSeconds + 1, nanos: 0 };
// chrono's range, years -262143 to 262142; what lies beyond could not be read by a Rust peer.
const SHOWN_FIRST: Timestamp = { unixSeconds: -8_334_601_228_800, nanos: 0 };
const SHOWN_LAST: Timestamp = { unixSeconds: 8_210_266_876_799, nanos: 999_999_999 };
const BILLION = 1_000_000_000n;

/** SQL text of nanoseconds since 1970 out of a `timestamptz` column and the column of digits below microseconds. */
export function sqlNanos(timeColumn: string, nanosColumn?: string): string {
  const below = nanosColumn === undefined ? "" : ` + ${nanosColumn}`;
  return `trunc(extract(epoch FROM ${timeColumn}) * 1000000000${below})::text`;
}

/** Reads what {@linkcode sqlNanos} gives; PostgreSQL's infinities become times just beyond its range. */
export function parseSqlNanos(text: string): Timestamp {
  if (text === "Infinity") return SQL_AFTER_LAST;
  if (text === "-Infinity") return SQL_BEFORE_FIRST;
  const total = BigInt(text);
  const nanos = ((total % BILLION) + BILLION) % BILLION;
  return { unixSeconds: Number((total - nanos) / BILLION), nanos: Number(nanos) };
}

/** Nanoseconds since 1970 as text, the inverse of {@linkcode parseSqlNanos}. */
export function nanosText(time: Timestamp): string {
  return String(BigInt(time.unixSeconds) * BILLION + BigInt(time.nanos));
}

/** RFC 3339 in UTC with all digits, of what {@linkcode sqlNanos} gives. */
export function formatSqlNanos(text: string): string {
  const time = parseSqlNanos(text);
  if (compareTimestamps(time, SHOWN_LAST) > 0) return formatTimestamp(SHOWN_LAST);
  if (compareTimestamps(time, SHOWN_FIRST) < 0 || text === "-Infinity") return formatTimestamp(SHOWN_FIRST);
  return formatTimestamp(time);
}

/** The digits below the microsecond, 0–999. */
export function nanosBelowMicro(time: Timestamp): number {
  return time.nanos % 1000;
}

/** A literal that PostgreSQL reads as `timestamptz`, to the microsecond; beyond its range an infinity. */
export function formatSqlTime(time: Timestamp): string {
  if (compareTimestamps(time, SQL_FIRST) < 0) return "-infinity";
  if (compareTimestamps(time, SQL_LAST) > 0) return "infinity";
  const date = new Date(time.unixSeconds * 1000);
  // JavaScript has a year 0 and negative years, SQL goes from 1 BC to 1 AD.
  const year = date.getUTCFullYear();
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  const day = `${pad(year > 0 ? year : 1 - year, 4)}-${pad(date.getUTCMonth() + 1)}-${
    pad(date.getUTCDate())
  }`;
  const clock = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
  const micros = pad(Math.floor(time.nanos / 1000), 6);
  return `${day} ${clock}.${micros}+00${year > 0 ? "" : " BC"}`;
}
