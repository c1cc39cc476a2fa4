import { at, isObject, RefusalError, requireString, requireUuid } from "./_fields.ts";
import type { EventHead } from "./request.ts";
import { isTimestamp } from "./timestamp.ts";

/**
 * Takes out of an event what the session and the store need, and refuses what cannot be an event. The fields
 * that the real client fills with zeros or noise are not looked at.
 *
 * @throws RefusalError with the path of the field that is wrong.
 */
export function parseEventHead(value: unknown, where: string): EventHead {
  if (!isObject(value)) {
    throw new RefusalError(`Cannot read ${where}: expected an object, found ${at("", value)}`);
  }
  const eventId = requireUuid(value, "event_id", where);
  const timestamp = value["timestamp"];
  if (!isTimestamp(timestamp)) {
    throw new RefusalError(
      `Cannot read ${where}.timestamp: expected an RFC 3339 time with offset, found ${at("", timestamp)}`,
    );
  }
  const actorId = requireString(value, "actor_id", where);
  const data = value["data"];
  if (data !== undefined && data !== null && !isObject(data)) {
    throw new RefusalError(`Cannot read ${where}.data: expected an object, found ${at("", data)}`);
  }
  const error = isObject(data) && typeof data["error"] === "string" ? data["error"] : undefined;
  const type = value["event_type"];
  if (typeof type === "string") {
    if (type === "DataFlow") {
      throw new RefusalError(
        `Cannot read ${where}.event_type: "DataFlow" needs its fields "to_actor" and "to_port"`,
      );
    }
    return { eventId, timestamp, eventType: type, actorId, toActor: undefined, toPort: undefined, error };
  }
  return { eventId, timestamp, actorId, error, ...parseTaggedType(type, where) };
}

function parseTaggedType(
  type: unknown,
  where: string,
): Pick<EventHead, "eventType" | "toActor" | "toPort"> {
  const names = isObject(type) ? Object.keys(type) : [];
  const name = names[0];
  if (!isObject(type) || name === undefined || names.length !== 1) {
    throw new RefusalError(
      `Cannot read ${where}.event_type: expected a name or an object with one key, found ${at("", type)}`,
    );
  }
  if (name !== "DataFlow") return { eventType: name, toActor: undefined, toPort: undefined };
  const target = type[name];
  if (!isObject(target)) {
    throw new RefusalError(`Cannot read ${where}.event_type.DataFlow: expected an object`);
  }
  const path = `${where}.event_type.DataFlow`;
  return {
    eventType: name,
    toActor: requireString(target, "to_actor", path),
    toPort: requireString(target, "to_port", path),
  };
}
