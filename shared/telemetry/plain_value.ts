import { AppError } from "../errors/mod.ts";

/** What a log line can hold: JSON without surprises. */
export type PlainValue = string | number | boolean | null | readonly PlainValue[] | {
  readonly [name: string]: PlainValue;
};

// A log line is for reading; these keep one hostile value from filling a disk.
const MAX_STRING_LENGTH = 2_000;
const MAX_ITEMS = 50;
const MAX_DEPTH = 5;

/**
 * Turns any value into a bounded plain one; never throws. Errors become their name, code, message, hint and cause, and
 * those that are not ours keep their stack. Methods of the value, `toJSON` included, are not called.
 */
export function toPlain(value: unknown): PlainValue {
  try {
    return convert(value, MAX_DEPTH);
  } catch {
    // A getter or a proxy threw.
    return "[unreadable]";
  }
}

/** Escapes what could forge a line, reorder text or drive a terminal; the escapes are valid inside JSON strings. */
export function escapeControls(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => {
    let escaped = "";
    for (let unit = 0; unit < char.length; unit++) {
      escaped += `\\u${char.charCodeAt(unit).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  });
}

function convert(value: unknown, depth: number): PlainValue {
  switch (typeof value) {
    case "string":
      return cut(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "undefined":
      return null;
    case "symbol":
    case "function":
      return `[${typeof value}]`;
    case "object":
      if (value === null) return null;
      return depth === 0 ? "[…]" : convertObject(value, depth - 1);
  }
}

function convertObject(value: object, depth: number): PlainValue {
  if (value instanceof Error) return convertError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof URL) return cut(withoutCredentials(value));
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) return convert([...value].slice(0, MAX_ITEMS), depth);
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => convert(item, depth));
    return value.length > MAX_ITEMS ? [...items, `[${value.length - MAX_ITEMS} more]`] : items;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, MAX_ITEMS)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]): [string, PlainValue] => [cut(name), convert(field, depth)]);
  if (entries.length > MAX_ITEMS) kept.push(["…", `[${entries.length - MAX_ITEMS} more]`]);
  return Object.fromEntries(kept);
}

function convertError(error: Error, depth: number): PlainValue {
  const fields: Record<string, PlainValue> = { name: cut(error.name), message: cut(error.message) };
  if ("code" in error && (typeof error.code === "string" || typeof error.code === "number")) {
    fields["code"] = convert(error.code, depth);
  }
  if (error instanceof AppError) {
    if (error.hint !== undefined) fields["hint"] = cut(error.hint);
  } else if (typeof error.stack === "string") {
    fields["stack"] = cut(error.stack);
  }
  if (error.cause !== undefined) fields["cause"] = depth === 0 ? "[…]" : convert(error.cause, depth);
  return fields;
}

function withoutCredentials(url: URL): string {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy.href;
}

function cut(text: string): string {
  return text.length > MAX_STRING_LENGTH ? `${text.slice(0, MAX_STRING_LENGTH)}…` : text;
}
