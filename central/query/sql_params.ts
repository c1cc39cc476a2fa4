import { formatSqlTime, type Timestamp } from "./instant.ts";

/** Collects the parameters of one statement; each method returns the SQL expression that stands for the value. */
export interface SqlParams {
  readonly values: readonly string[];
  text(value: string): string;
  uuid(value: string): string;
  bigint(value: string | number): string;
  numeric(value: string): string;
  /** Microseconds of the time; the digits below them are `nanosBelowMicro`. */
  time(value: Timestamp): string;
}

/** Makes an empty list of parameters. */
export function createSqlParams(): SqlParams {
  const values: string[] = [];
  const add = (value: string) => `$${values.push(value)}::text`;
  return {
    values,
    text: add,
    uuid: (value) => `${add(value)}::uuid`,
    bigint: (value) => `${add(String(value))}::bigint`,
    numeric: (value) => `${add(value)}::numeric`,
    time: (value) => `${add(formatSqlTime(value))}::timestamptz`,
  };
}

/** Columns to search by hold no more than this; see the first migration. */
const MAX_SEARCH_CHARS = 512;

/** A text the way the columns to search by hold it: NUL and lone surrogates replaced, cut to 512 characters. */
export function searchText(value: string): string {
  const clean = value.toWellFormed().replaceAll("\0", "\uFFFD");
  // Half of a pair at the cut would be a lone surrogate again.
  return clean.length <= MAX_SEARCH_CHARS ? clean : [...clean].slice(0, MAX_SEARCH_CHARS).join("");
}

/** A `LIKE` pattern in which only `*` of the text stands for anything. */
export function likePattern(text: string): string {
  return searchText(text).replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}
