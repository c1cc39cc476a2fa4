import type { Timestamp } from "@reflow/shared/protocol";
import { columnText, timeColumns } from "../store/mod.ts";

/** Collects the parameters of one statement; each method returns the SQL expression that stands for the value. */
export interface SqlParams {
  readonly values: readonly string[];
  text(value: string): string;
  uuid(value: string): string;
  bigint(value: string | number): string;
  numeric(value: string): string;
  /** A time to the microsecond. */
  time(value: Timestamp): string;
  /** A time as the two expressions that rows are compared by: microseconds, and the nanoseconds below them. */
  timeAndNanos(value: Timestamp): string;
}

/** Makes an empty list of parameters. */
export function createSqlParams(): SqlParams {
  const values: string[] = [];
  const add = (value: string) => `$${values.push(value)}::text`;
  const bigint = (value: string | number) => `${add(String(value))}::bigint`;
  const time = (value: Timestamp) => `${add(timeColumns(value).time)}::timestamptz`;
  return {
    values,
    text: add,
    uuid: (value) => `${add(value)}::uuid`,
    bigint,
    numeric: (value) => `${add(value)}::numeric`,
    time,
    timeAndNanos: (value) => `${time(value)}, ${bigint(timeColumns(value).nanos)}`,
  };
}

/** A `LIKE` pattern in which only `*` of the text stands for anything. */
export function likePattern(text: string): string {
  return columnText(text, text.length).replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}
