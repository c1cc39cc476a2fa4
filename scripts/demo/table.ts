/** A trace as the list of central gives it; only what the table shows. */
export interface TraceRow {
  readonly traceId: string;
  readonly flow: string;
  readonly service: string;
  readonly status: string;
  readonly startTime: string;
  readonly events: number;
  readonly failures: number;
}

/** Reads a trace of `GET /api/v1/traces`; whatever is missing stays empty. */
export function traceRow(trace: unknown): TraceRow {
  const summary = member(trace, "summary");
  const status = member(trace, "status");
  return {
    traceId: text(member(trace, "trace_id")),
    flow: text(member(summary, "flow")) || text(member(trace, "flow_id")),
    service: text(member(summary, "service")),
    status: typeof status === "string" ? status : "Failed",
    startTime: text(member(trace, "start_time")),
    events: Number(member(summary, "event_count") ?? 0),
    failures: Number(member(summary, "failure_count") ?? 0),
  };
}

/** Draws rows under headings, numbers to the right. Control characters of strangers' texts never reach the terminal. */
export function drawTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = rows.map((row) => row.map((cell) => printable(String(cell))));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[], isNumber: (column: number) => boolean) =>
    row.map((cell, column) =>
      isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    )
      .join("  ").trimEnd();
  const isNumber = (column: number) => typeof rows[0]?.[column] === "number";
  return [
    line(headings, isNumber),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...cells.map((row) => line(row, isNumber)),
  ].join("\n");
}

/** The text without anything that a terminal would obey. */
export function printable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·").toWellFormed();
}

/** A member of an unknown value, if it is an object that has it. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
