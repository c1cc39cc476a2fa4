/** A value of a row; numbers must be finite. */
export type CopyValue = string | number | null;

/**
 * Writes one row in the text format of COPY (PostgreSQL manual, "COPY", "Text Format"): columns separated by tabs,
 * `\N` for NULL, the row ended by a newline. Strings must not hold NUL.
 */
export function encodeCopyRow(values: readonly CopyValue[]): string {
  let row = "";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) row += "\t";
    row += value === null || value === undefined ? "\\N" : typeof value === "number" ? value : escape(value);
  }
  return `${row}\n`;
}

function escape(text: string): string {
  // Event texts are mostly free of these: looking is four times as fast as replacing.
  if (!SPECIAL.test(text)) return text;
  return text.replace(EACH_SPECIAL, (character) => ESCAPES.get(character) ?? character);
}

// A row must also not be "\." alone, which the escape of the backslash rules out.
const SPECIAL = /[\\\n\r\t]/;
const EACH_SPECIAL = /[\\\n\r\t]/g;
const ESCAPES: ReadonlyMap<string, string> = new Map([["\\", "\\\\"], ["\n", "\\n"], ["\r", "\\r"], [
  "\t",
  "\\t",
]]);
