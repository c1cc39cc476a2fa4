import { invariant } from "../errors/mod.ts";

/** Outcome of reading one value: what it is, or what it should have been. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly expected?: string; readonly suggestion?: string | undefined };

/** How a value arrives: typed by TOML, or as the text of an environment variable or a flag. */
export type RawForm = "toml" | "text";

/** Reads, checks and writes values of one kind. */
export interface Kind<T> {
  /** Word for the help text. */
  readonly name: string;
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** Checks a value from outside; never throws. */
  parse(raw: unknown, form: RawForm): Parsed<T>;
  /** The value as TOML. */
  render(value: T): string;
  /** Text of a refused value with sensitive parts removed; the plain value when absent. */
  redact?(raw: string): string;
}

/** What every field takes: help, and what holds when nobody sets it; without either it may stay unset. */
export interface FieldOptions<Default> {
  /** One sentence for the help text, without a full stop. */
  readonly help: string;
  /** Value when no source sets the key, written the way a user writes it (durations as numbers: milliseconds). */
  readonly default?: Default;
  /** Whether some source must set the key. */
  readonly required?: boolean;
}

/** Options under which a field always has a value. */
export type Given<Default> = { readonly default: Default } | { readonly required: true };

/** One key of a configuration. */
export interface Field<T> extends Kind<T> {
  readonly help: string;
  readonly required: boolean;
  /** Secret values are never rendered, quoted or listed, and can come from a file named by `<VARIABLE>_FILE`. */
  readonly secret: boolean;
  /** Checked default; `undefined` when there is none. */
  readonly default: T | undefined;
}

/** Joins a kind and the options of one key; throws a `BugError` when the default is not a value of the kind. */
export function makeField<T>(
  kind: Kind<T>,
  options: FieldOptions<unknown> & { readonly secret?: boolean },
): Field<T | undefined> {
  const { default: given, help, required = false, secret = false } = options;
  const base = { ...kind, help, required, secret };
  const render = (value: T | undefined) => value === undefined ? '""' : kind.render(value);
  if (given === undefined) return { ...base, render, default: undefined };
  invariant(!required, `Field "${help}" is required and has a default`);
  const parsed = kind.parse(given, "toml");
  invariant(parsed.ok, `Default of field "${help}" is not ${kind.expected}`);
  return { ...base, render, default: parsed.value };
}

/** Accepts a value. */
export function accepted<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** Refuses a value; `expected` replaces the sentence of the kind where more can be said. */
export function refused(expected?: string, suggestion?: string): Parsed<never> {
  return expected === undefined ? { ok: false } : { ok: false, expected, suggestion };
}

/** A string as TOML: JSON escapes are TOML escapes, except for DEL and lone surrogates. */
export function tomlString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\x7f", "\\u007f");
}
