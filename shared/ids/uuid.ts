import { v7 } from "uuid";

/** 36 characters, lower case, with hyphens. Any version and variant, the nil id included. */
export type Uuid = string & { readonly __brand: "Uuid" };

// Every event carries two ids, so the usual form is checked by table: 55 ns, where the regular expression takes
// 180 (shared/protocol/parse_bench.ts).
const OTHER = 0, DIGIT = 1, HYPHEN = 2;
const KIND_OF_CODE = Uint8Array.from(
  { length: 128 },
  (_, code) =>
    "0123456789abcdef".includes(String.fromCharCode(code)) ? DIGIT : code === 0x2d ? HYPHEN : OTHER,
);
const KIND_AT = Uint8Array.from("00000000-0000-0000-0000-000000000000", (c) => c === "-" ? HYPHEN : DIGIT);

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
  if (isCanonical(value)) return value;
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

function isCanonical(text: string): text is Uuid {
  if (text.length !== KIND_AT.length) return false;
  for (let i = 0; i < KIND_AT.length; i++) {
    // A code past the table reads as undefined, which no place asks for.
    if (KIND_OF_CODE[text.charCodeAt(i)] !== KIND_AT[i]) return false;
  }
  return true;
}

/**
 * Makes a UUIDv7 (RFC 9562): ordered by creation time, so that an index over such ids stays local.
 */
export function newUuid(): Uuid {
  return v7() as Uuid;
}
