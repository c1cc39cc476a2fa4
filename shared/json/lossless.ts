/** A number that kept its text; what `JSON.rawJSON` makes, and `JSON.stringify` writes as it is. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** A JSON value whose numbers kept their text. */
export type LosslessValue =
  | null
  | boolean
  | string
  | RawNumber
  | readonly LosslessValue[]
  | { readonly [name: string]: LosslessValue };

// The proposal "JSON.parse source text access" is in V8 and not yet in TypeScript's library.
interface SourceTextJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): boolean;
}
const sourceText: SourceTextJson = JSON as unknown as SourceTextJson;

/**
 * Parses JSON and keeps the text of each number, so that 18446744073709551615 and 1.0 survive.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseLossless(text: string): LosslessValue {
  return sourceText.parse(
    text,
    (_key, value, context) =>
      typeof value === "number" && context.source !== undefined ? sourceText.rawJSON(context.source) : value,
  ) as LosslessValue;
}

/** Whether a value is a number that kept its text. */
export function isRawNumber(value: unknown): value is RawNumber {
  return sourceText.isRawJSON(value);
}

/** A number from its text, written by `JSON.stringify` as it is. */
export function rawNumber(text: string): RawNumber {
  return sourceText.rawJSON(text);
}
