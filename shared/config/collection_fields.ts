import {
  accepted,
  type Field,
  type FieldOptions,
  type Given,
  type Kind,
  makeField,
  type Parsed,
  refused,
  tomlString,
} from "./field.ts";

/** Strings by name. */
export type StringTable = Readonly<Record<string, string>>;

/** How many items at most, and how long each may be. */
export interface CollectionBounds {
  readonly maxItems?: number;
  readonly maxItemLength?: number;
}

const DEFAULT_MAX_ITEMS = 100;
const DEFAULT_MAX_ITEM_LENGTH = 1_024;

/** A list of texts; environment and flags separate them by commas. */
export function list(
  options: FieldOptions<readonly string[]> & CollectionBounds & Given<readonly string[]>,
): Field<readonly string[]>;
export function list(
  options: FieldOptions<readonly string[]> & CollectionBounds,
): Field<readonly string[] | undefined>;
export function list(
  options: FieldOptions<readonly string[]> & CollectionBounds,
): Field<readonly string[] | undefined> {
  const { maxItems = DEFAULT_MAX_ITEMS, maxItemLength = DEFAULT_MAX_ITEM_LENGTH } = options;
  const kind: Kind<readonly string[]> = {
    name: "list",
    expected: `a list of up to ${maxItems} texts of 1 to ${maxItemLength} characters`,
    parse(raw, form) {
      const items: unknown = form === "text" && typeof raw === "string" ? splitItems(raw) : raw;
      if (!Array.isArray(items) || items.length > maxItems) return refused();
      const texts: string[] = [];
      for (const item of items) {
        if (typeof item !== "string" || item === "" || item.length > maxItemLength) return refused();
        texts.push(item);
      }
      return accepted(texts);
    },
    render: (items) => `[${items.map(tomlString).join(", ")}]`,
  };
  return makeField(kind, options);
}

/** Texts by name, such as labels; environment and flags write `name=text,name=text`. */
export function table(
  options: FieldOptions<StringTable> & CollectionBounds & Given<StringTable>,
): Field<StringTable>;
export function table(options: FieldOptions<StringTable> & CollectionBounds): Field<StringTable | undefined>;
export function table(options: FieldOptions<StringTable> & CollectionBounds): Field<StringTable | undefined> {
  const { maxItems = DEFAULT_MAX_ITEMS, maxItemLength = DEFAULT_MAX_ITEM_LENGTH } = options;
  const kind: Kind<StringTable> = {
    name: "table",
    expected:
      `a table of up to ${maxItems} texts of up to ${maxItemLength} characters, in text name=text,name=text`,
    parse(raw, form) {
      const pairs = form === "text" ? splitPairs(raw) : tablePairs(raw);
      if (pairs === undefined || pairs.length > maxItems) return refused();
      return checkedTable(pairs, maxItemLength);
    },
    render: (value) => {
      const pairs = Object.entries(value).map(([name, text]) => `${tomlString(name)} = ${tomlString(text)}`);
      return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
    },
  };
  return makeField(kind, options);
}

/** Whether a value read from TOML is a table, as opposed to a list, a date or a plain value. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function checkedTable(
  pairs: readonly (readonly [string, unknown])[],
  maxItemLength: number,
): Parsed<StringTable> {
  const checked: [string, string][] = [];
  const names = new Set<string>();
  for (const [name, text] of pairs) {
    if (name === "" || name.length > maxItemLength || names.has(name)) return refused();
    if (typeof text !== "string" || text.length > maxItemLength) return refused();
    names.add(name);
    checked.push([name, text]);
  }
  // fromEntries defines properties, so that a label named __proto__ is a label like any other.
  return accepted(Object.fromEntries(checked));
}

function tablePairs(raw: unknown): [string, unknown][] | undefined {
  return isTable(raw) ? Object.entries(raw) : undefined;
}

function splitItems(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

function splitPairs(raw: unknown): [string, string][] | undefined {
  if (typeof raw !== "string") return undefined;
  const pairs: [string, string][] = [];
  for (const item of splitItems(raw)) {
    const split = item.indexOf("=");
    if (split < 0) return undefined;
    pairs.push([item.slice(0, split).trim(), item.slice(split + 1).trim()]);
  }
  return pairs;
}
