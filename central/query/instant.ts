import { compareTimestamps, formatTimestamp, type Timestamp } from "@reflow/shared/protocol";

// chrono's range, years -262143 to 262142; what lies beyond could not be read by a Rust peer.
const FIRST: Timestamp = { unixSeconds: -8_334_601_228_800, nanos: 0 };
const LAST: Timestamp = { unixSeconds: 8_210_266_876_799, nanos: 999_999_999 };
const BILLION = 1_000_000_000n;

/** SQL text of nanoseconds since 1970 out of a `timestamptz` column and the column of digits below microseconds. */
export function sqlNanos(timeColumn: string, nanosColumn?: string): string {
  const below = nanosColumn === undefined ? "" : ` + ${nanosColumn}`;
  return `trunc(extract(epoch FROM ${timeColumn}) * 1000000000${below})::text`;
}

/** Reads what {@linkcode sqlNanos} gives; beyond the range of the protocol's times it becomes the nearest one. */
export function parseSqlNanos(text: string): Timestamp {
  if (text === "Infinity") return LAST;
  if (text === "-Infinity") return FIRST;
  const total = BigInt(text);
  const nanos = ((total % BILLION) + BILLION) % BILLION;
  const time = { unixSeconds: Number((total - nanos) / BILLION), nanos: Number(nanos) };
  if (compareTimestamps(time, FIRST) < 0) return FIRST;
  return compareTimestamps(time, LAST) > 0 ? LAST : time;
}

/** RFC 3339 in UTC with all digits, of what {@linkcode sqlNanos} gives. */
export function formatSqlNanos(text: string): string {
  return formatTimestamp(parseSqlNanos(text));
}
