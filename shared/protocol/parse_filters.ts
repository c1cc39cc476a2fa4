import { at, isObject, RefusalError, requireString } from "./_fields.ts";
import type { EventTypeFilter, SubscriptionFilters } from "./request.ts";
import { type ExecutionStatus, parseStatus } from "./status.ts";

/** More values in one list than any monitor sends; a longer list would make every event pay for it. */
const MAX_VALUES = 1000;

/**
 * Reads the filters of a `Subscribe`.
 *
 * @throws RefusalError with the path of the field that is wrong.
 */
export function parseFilters(value: unknown): SubscriptionFilters {
  if (!isObject(value)) {
    throw new RefusalError(`Cannot read Subscribe.filters: expected an object, found ${at("", value)}`);
  }
  return {
    flowIds: list(value, "flow_ids", text),
    actorIds: list(value, "actor_ids", text),
    eventTypes: list(value, "event_types", eventType),
    statuses: list(value, "status_filter", status),
  };
}

function list<Item>(
  fields: Record<string, unknown>,
  name: string,
  parse: (value: unknown, where: string) => Item,
): readonly Item[] | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length > MAX_VALUES) {
    throw new RefusalError(
      `Cannot read Subscribe.filters.${name}: expected null or at most ${MAX_VALUES} values`,
    );
  }
  return value.map((item: unknown, index) => parse(item, `Subscribe.filters.${name}[${index}]`));
}

function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new RefusalError(`Cannot read ${where}: expected a text, found ${at("", value)}`);
}

function eventType(value: unknown, where: string): EventTypeFilter {
  if (typeof value === "string") {
    if (value === "DataFlow") {
      throw new RefusalError(
        `Cannot read ${where}: "DataFlow" needs its fields, for example ` +
          `{"DataFlow":{"to_actor":"*","to_port":"*"}}`,
      );
    }
    return { name: value, toActor: undefined, toPort: undefined };
  }
  const names = isObject(value) ? Object.keys(value) : [];
  const name = names[0];
  if (!isObject(value) || name === undefined || names.length !== 1) {
    throw new RefusalError(`Cannot read ${where}: expected an event type, found ${at("", value)}`);
  }
  if (name !== "DataFlow") return { name, toActor: undefined, toPort: undefined };
  const target = value[name];
  if (!isObject(target)) throw new RefusalError(`Cannot read ${where}.DataFlow: expected an object`);
  return {
    name,
    toActor: requireString(target, "to_actor", `${where}.DataFlow`),
    toPort: requireString(target, "to_port", `${where}.DataFlow`),
  };
}

function status(value: unknown, where: string): ExecutionStatus {
  const parsed = parseStatus(value);
  if (parsed !== undefined) return parsed;
  throw new RefusalError(`Cannot read ${where}: expected a status, found ${at("", value)}`);
}
