import { parseUuid } from "../ids/mod.ts";
import { at, isObject, optionalString, RefusalError } from "./_fields.ts";
import type { TraceQuery } from "./request.ts";
import { parseStatus } from "./status.ts";
import { isTimestamp } from "./timestamp.ts";

const WHERE = "QueryTraces.query";

/**
 * Reads the body of a `QueryTraces`; an empty object asks for everything.
 *
 * @throws RefusalError with the path of the field that is wrong.
 */
export function parseTraceQuery(value: unknown): TraceQuery {
  if (!isObject(value)) {
    throw new RefusalError(`Cannot read ${WHERE}: expected an object, found ${at("", value)}`);
  }
  return {
    flowId: optionalString(value, "flow_id", WHERE),
    executionId: optional(value, "execution_id", "a UUID", parseUuid),
    timeRange: optional(value, "time_range", `two RFC 3339 times ["start","end"]`, parseRange),
    status: optional(value, "status", "a status", parseStatus),
    actorFilter: optionalString(value, "actor_filter", WHERE),
    limit: optional(value, "limit", "an integer from 0", parseCount),
    offset: optional(value, "offset", "an integer from 0", parseCount),
  };
}

function optional<Value>(
  fields: Record<string, unknown>,
  name: string,
  expected: string,
  parse: (value: unknown) => Value | undefined,
): Value | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  const parsed = parse(value);
  if (parsed !== undefined) return parsed;
  throw new RefusalError(`Cannot read ${WHERE}.${name}: expected ${expected}, found ${at("", value)}`);
}

function parseRange(value: unknown): readonly [string, string] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [start, end]: unknown[] = value;
  return isTimestamp(start) && isTimestamp(end) ? [start, end] : undefined;
}

/** usize on the wire: above 2^53 the exact number cannot matter for a page. */
function parseCount(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return undefined;
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}
