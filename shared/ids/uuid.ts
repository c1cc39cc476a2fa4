import { v7 } from "uuid";

/** 36 characters, lower case, with hyphens. Any version and variant, the nil id included. */
export type Uuid = string & { readonly __brand: "Uuid" };

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HYPHENATED = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const SIMPLE = /^[0-9a-fA-F]{32}$/;

/**
 * Reads a UUID in each of the forms that Rust's uuid crate accepts: hyphenated, 32 hex digits, `{…}` and
 * `urn:uuid:…`, in any case.
 *
 * @returns the canonical form, or `undefined` when the value is none of these.
 */
export function parseUuid(value: unknown): Uuid | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length === 36 && CANONICAL.test(value)) return value as Uuid;
  let text = value;
  if (text.startsWith("urn:uuid:")) text = text.slice(9);
  else if (text.length === 38 && text.startsWith("{") && text.endsWith("}")) text = text.slice(1, -1);
  if (HYPHENATED.test(text)) return text.toLowerCase() as Uuid;
  if (text === value && SIMPLE.test(text)) {
    const hex = text.toLowerCase();
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
    return parts.join("-") as Uuid;
  }
  return undefined;
}

/**
 * Makes a UUIDv7 (RFC 9562): ordered by creation time, so that an index over such ids stays local.
 */
export function newUuid(): Uuid {
  return v7() as Uuid;
}
