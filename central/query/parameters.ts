import { type TSchema, Type } from "typebox";
import { parseUuid, type Uuid } from "@reflow/shared/ids";
import { parseTimestamp, type Timestamp } from "@reflow/shared/protocol";

/** One query parameter: how it is read, and how the API's document describes it. */
export interface Parameter<Value> {
  readonly schema: TSchema;
  readonly description: string;
  /** What a bad value is told: "expected …". */
  readonly expected: string;
  /** `undefined` when the text is not a value. */
  readonly parse: (text: string) => Value | undefined;
  /** The value where the parameter is not given. */
  readonly absent: Value;
}

/** Parameters of a route by name. */
export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>;

/** What the parameters of a table give. */
export type ParameterValues<Table extends ParameterTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Parameter<infer Value> ? Value : never;
};

/** Longer texts name nothing that the store could hold. */
const MAX_TEXT_CHARS = 2048;
/** Items of a page when nobody says. */
const DEFAULT_LIMIT = 100;
/** Most items of a page. */
export const MAX_LIMIT = 1000;

/** Any text, compared as it is. */
export function textParameter(description: string): Parameter<string | undefined> {
  return {
    schema: Type.String({ maxLength: MAX_TEXT_CHARS }),
    description,
    expected: `at most ${MAX_TEXT_CHARS} characters`,
    parse: (text) => text.length <= MAX_TEXT_CHARS ? text : undefined,
    absent: undefined,
  };
}

/** One of a few words. */
export function choiceParameter<Choice extends string>(
  choices: readonly Choice[],
  description: string,
): Parameter<Choice | undefined> {
  return {
    schema: Type.String({ enum: [...choices] }),
    description,
    expected: `one of ${choices.join(", ")}`,
    parse: (text) => choices.find((choice) => choice === text),
    absent: undefined,
  };
}

/** A point in time. */
export function timeParameter(description: string): Parameter<Timestamp | undefined> {
  return {
    schema: Type.String({ format: "date-time" }),
    description,
    expected: "an RFC 3339 time with offset, for example 2025-11-22T22:15:00.000000001Z (a + is written %2B)",
    parse: parseTimestamp,
    absent: undefined,
  };
}

/** A UUID. */
export function uuidParameter(description: string): Parameter<Uuid | undefined> {
  return {
    schema: Type.String({ format: "uuid" }),
    description,
    expected: "a UUID",
    parse: parseUuid,
    absent: undefined,
  };
}

/** Most items of the page. */
export const limitParameter: Parameter<number> = {
  schema: Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  description: "Most items of the page; a page of large items may hold fewer, and `next_cursor` says so.",
  expected: `an integer from 1 to ${MAX_LIMIT}`,
  parse(text) {
    const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= MAX_LIMIT ? value : undefined;
  },
  absent: DEFAULT_LIMIT,
};

/** The place to go on from; whether it fits the list is decided where the list is known. */
export const cursorParameter: Parameter<string | undefined> = {
  schema: Type.String(),
  description:
    "`next_cursor` of the page before; the other parameters, `limit` excepted, must stay the same.",
  expected: "the next_cursor of an answer",
  parse: (text) => text === "" ? undefined : text,
  absent: undefined,
};
