import {
  accepted,
  type Field,
  type FieldOptions,
  type Given,
  type Kind,
  makeField,
  refused,
  tomlString,
} from "./field.ts";
import { nearMiss } from "./near_miss.ts";

// Longer than any sensible value, and short enough to be copied freely.
const DEFAULT_MAX_LENGTH = 4_096;

/** What the renderer prints in place of a secret; refused as a value, so that a rendered file cannot be loaded. */
export const SECRET_PLACEHOLDER = "…";

/** Bounds of a text in UTF-16 units, and a pattern with the words that describe it. */
export interface StringOptions extends FieldOptions<string> {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: { readonly matches: RegExp; readonly expected: string };
}

/** A text. */
export function string(options: StringOptions & Given<string>): Field<string>;
export function string(options: StringOptions): Field<string | undefined>;
export function string(options: StringOptions): Field<string | undefined> {
  return makeField(stringKind("string", options), options);
}

/** A text that is never printed; the environment can also give the path of a file that holds it. */
export function secret(options: StringOptions & Given<string>): Field<string>;
export function secret(options: StringOptions): Field<string | undefined>;
export function secret(options: StringOptions): Field<string | undefined> {
  const kind = stringKind("secret", { minLength: 1, ...options });
  return makeField({ ...kind, parse: refusingPlaceholder(kind) }, { ...options, secret: true });
}

/** The path of a file or folder, relative ones to the working directory. */
export function path(options: FieldOptions<string> & Given<string>): Field<string>;
export function path(options: FieldOptions<string>): Field<string | undefined>;
export function path(options: FieldOptions<string>): Field<string | undefined> {
  const kind: Kind<string> = {
    name: "path",
    expected: "a path",
    parse: (raw) =>
      typeof raw === "string" && raw !== "" && raw.length <= DEFAULT_MAX_LENGTH && !raw.includes("\0")
        ? accepted(raw)
        : refused(),
    render: tomlString,
  };
  return makeField(kind, options);
}

/** One of a few words. */
export function choice<const Word extends string>(
  options: FieldOptions<NoInfer<Word>> & { readonly values: readonly Word[] } & Given<NoInfer<Word>>,
): Field<Word>;
export function choice<const Word extends string>(
  options: FieldOptions<NoInfer<Word>> & { readonly values: readonly Word[] },
): Field<Word | undefined>;
export function choice<const Word extends string>(
  options: FieldOptions<NoInfer<Word>> & { readonly values: readonly Word[] },
): Field<Word | undefined> {
  const expected = `one of ${options.values.map((word) => `"${word}"`).join(", ")}`;
  const kind: Kind<Word> = {
    name: "choice",
    expected,
    parse(raw) {
      const word = options.values.find((candidate) => candidate === raw);
      if (word !== undefined) return accepted(word);
      return refused(expected, typeof raw === "string" ? nearMiss(raw, options.values) : undefined);
    },
    render: tomlString,
  };
  return makeField(kind, options);
}

/** What a URL may be. */
export interface UrlOptions extends FieldOptions<string> {
  /** Accepted protocols without the colon, such as `["http", "https"]`. */
  readonly protocols: readonly string[];
  /** Hides the whole URL. */
  readonly secret?: boolean;
  /** Refuses credentials, query and fragment, for an address that paths are added to and that is shown to people. */
  readonly isBase?: boolean;
}

/** An absolute URL, kept as written; credentials in it are masked wherever it is shown. */
export function url(options: UrlOptions & Given<string>): Field<string>;
export function url(options: UrlOptions): Field<string | undefined>;
export function url(options: UrlOptions): Field<string | undefined> {
  const expected = `a URL that starts with ${options.protocols.map((name) => `${name}://`).join(" or ")}`;
  const kind: Kind<string> = {
    name: "url",
    expected,
    parse(raw) {
      if (typeof raw !== "string" || raw.length > DEFAULT_MAX_LENGTH) return refused();
      const protocol = options.protocols.find((name) => raw.toLowerCase().startsWith(`${name}://`));
      if (protocol === undefined || /\s/.test(raw) || !URL.canParse(raw)) return refused();
      return options.isBase === true && !isBase(new URL(raw))
        ? refused(`${expected} and has no credentials, no query and no fragment`)
        : accepted(raw);
    },
    render: (value) => tomlString(maskCredentials(value)),
    redact: maskCredentials,
  };
  const parse = options.secret === true ? refusingPlaceholder(kind) : kind.parse;
  return makeField({ ...kind, parse }, options);
}

function isBase({ username, password, search, hash }: URL): boolean {
  return username + password + search + hash === "";
}

// Greedy up to the last "@" and deliberately crude: it must also mask what is not a valid URL.
function maskCredentials(text: string): string {
  return text.replace(/^([a-z0-9+.-]*:\/\/)?.*@/is, `$1${SECRET_PLACEHOLDER}@`);
}

function stringKind(name: string, options: Omit<StringOptions, "help" | "default">): Kind<string> {
  const { minLength = 0, maxLength = DEFAULT_MAX_LENGTH, pattern } = options;
  const expected = pattern?.expected ??
    (minLength > 0
      ? `a text of ${minLength} to ${maxLength} characters`
      : `a text of up to ${maxLength} characters`);
  return {
    name,
    expected,
    parse(raw) {
      if (typeof raw !== "string" || raw.length < minLength || raw.length > maxLength) return refused();
      return pattern === undefined || pattern.matches.test(raw) ? accepted(raw) : refused();
    },
    render: tomlString,
  };
}

function refusingPlaceholder(kind: Kind<string>): Kind<string>["parse"] {
  return (raw, form) =>
    raw === SECRET_PLACEHOLDER ? refused("the secret itself, not its placeholder") : kind.parse(raw, form);
}
