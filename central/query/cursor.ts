import { crc32 } from "node:zlib";
import { parseUuid } from "@reflow/shared/ids";

/** What one part of a cursor may be: nanoseconds since 1970, a whole number, a UUID, any text. */
export type KeyPart = "nanos" | "integer" | "uuid" | "text";

// Far beyond any key that this version writes.
const MAX_CURSOR_CHARS = 8192;

const PATTERNS = { nanos: /^-?\d{1,22}$/, integer: /^\d{1,18}$/ } as const;

/**
 * Writes a place in a list: the key of the last item shown.
 *
 * @param scope names the list and its filters; the cursor is refused anywhere else.
 */
export function encodeCursor(scope: string, key: readonly string[]): string {
  return new TextEncoder().encode(JSON.stringify([scopeMark(scope), ...key]))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Reads what {@linkcode encodeCursor} wrote.
 *
 * @returns the key, each part checked, or `undefined` when the text is none, or belongs to another list.
 */
export function decodeCursor(
  text: string,
  scope: string,
  shape: readonly KeyPart[],
): readonly string[] | undefined {
  if (text.length > MAX_CURSOR_CHARS) return undefined;
  const value = parse(text);
  if (!Array.isArray(value) || value.length !== shape.length + 1 || value[0] !== scopeMark(scope)) {
    return undefined;
  }
  const key: string[] = [];
  for (const [index, kind] of shape.entries()) {
    const part: unknown = value[index + 1];
    if (typeof part !== "string" || !isPart(part, kind)) return undefined;
    key.push(part);
  }
  return key;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" })));
  } catch {
    return undefined;
  }
}

function isPart(part: string, kind: KeyPart): boolean {
  if (kind === "text") return part.isWellFormed() && !part.includes("\0");
  return kind === "uuid" ? parseUuid(part) !== undefined : PATTERNS[kind].test(part);
}

/** Not a secret: it catches a cursor that is used with other filters by mistake. */
function scopeMark(scope: string): string {
  return crc32(scope).toString(16);
}
