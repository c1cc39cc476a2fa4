import { parseUuid, type Uuid } from "../ids/mod.ts";
import type { Refusal, WireErrorCode } from "./request.ts";

/** Thrown inside the parsers of this folder and turned into a {@linkcode Refusal} by their entry. */
export class RefusalError extends Error {}

/** Longest piece of a client's value that an error message repeats. */
const MAX_QUOTED_CHARS = 60;

/** A refusal as a value. */
export function refuse(code: WireErrorCode, message: string): Refusal {
  return { kind: "refused", code, message };
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A place and the value found there, cut to a readable length. */
export function at(where: string, value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  // Cutting may halve a character, so it comes before making whole.
  const cut = (text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}…` : text).toWellFormed();
  return where === "" ? cut : `${where}: ${cut}`;
}

/** A member that must be a text. */
export function requireString(fields: Record<string, unknown>, name: string, where: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new RefusalError(`Cannot read ${where}.${name}: expected a text, found ${at("", value)}`);
}

/** A member that must be a UUID. */
export function requireUuid(fields: Record<string, unknown>, name: string, where: string): Uuid {
  const id = parseUuid(fields[name]);
  if (id !== undefined) return id;
  throw new RefusalError(`Cannot read ${where}.${name}: expected a UUID, found ${at("", fields[name])}`);
}

/** A member that may be missing or `null`, and is a text otherwise. */
export function optionalString(
  fields: Record<string, unknown>,
  name: string,
  where: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  return requireString(fields, name, where);
}
