import { type DurationUnit, formatDuration, tryParseDuration, unitToMs } from "../time/mod.ts";
import {
  accepted,
  type Field,
  type FieldOptions,
  type Given,
  type Kind,
  makeField,
  refused,
} from "./field.ts";

/** Inclusive bounds of a number. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const BYTE_UNITS = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  KiB: 2 ** 10,
  MB: 1e6,
  MiB: 2 ** 20,
  GB: 1e9,
  GiB: 2 ** 30,
  TB: 1e12,
  TiB: 2 ** 40,
} as const;
const BYTES = /^(\d{1,15}(?:\.\d{1,6})?) ?(B|[kKMGT]B|[KMGT]iB)$/;
const DIGITS = /^[+-]?\d{1,16}$/;
const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** A whole number. */
export function integer(options: FieldOptions<number> & Bounds & Given<number>): Field<number>;
export function integer(options: FieldOptions<number> & Bounds): Field<number | undefined>;
export function integer(options: FieldOptions<number> & Bounds): Field<number | undefined> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  const kind: Kind<number> = {
    name: "integer",
    expected: `an integer${boundsText(options, String)}`,
    parse(raw, form) {
      const value = form === "text" ? wholeNumber(raw) : raw;
      return isWithin(value, min, max) ? accepted(value) : refused();
    },
    render: String,
  };
  return makeField(kind, options);
}

/** Yes or no. */
export function boolean(options: FieldOptions<boolean> & Given<boolean>): Field<boolean>;
export function boolean(options: FieldOptions<boolean>): Field<boolean | undefined>;
export function boolean(options: FieldOptions<boolean>): Field<boolean | undefined> {
  const kind: Kind<boolean> = {
    name: "boolean",
    expected: "true or false",
    parse(raw, form) {
      if (typeof raw === "boolean") return accepted(raw);
      if (form === "toml" || typeof raw !== "string") return refused();
      const word = raw.toLowerCase();
      const value = Object.hasOwn(TRUTHS, word) ? TRUTHS[word] : undefined;
      return value === undefined ? refused() : accepted(value);
    },
    render: String,
  };
  return makeField(kind, options);
}

/**
 * Default and bounds, in code always milliseconds where they are numbers, and the unit of an integer that a user
 * writes without one (milliseconds unless said otherwise).
 */
export interface DurationOptions extends FieldOptions<string | number>, Bounds {
  readonly integerUnit?: DurationUnit;
}

/** A duration; the value is in milliseconds. */
export function duration(options: DurationOptions & Given<string | number>): Field<number>;
export function duration(options: DurationOptions): Field<number | undefined>;
export function duration(options: DurationOptions): Field<number | undefined> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, integerUnit = "ms" } = options;
  const kind: Kind<number> = {
    name: "duration",
    expected: `a duration such as "500ms", "30s" or "24h", or an integer in ${integerUnit}` +
      boundsText(options, formatDuration),
    parse(raw, form) {
      const amount = form === "text" ? wholeNumber(raw) : raw;
      const valueMs = typeof amount === "number"
        ? unitToMs(amount, integerUnit)
        : typeof raw === "string"
        ? tryParseDuration(raw)
        : undefined;
      return isWithin(valueMs, min, max) ? accepted(valueMs) : refused();
    },
    render: (valueMs) => `"${formatDuration(valueMs)}"`,
  };
  // The unit of users must not apply to the default, which stands in code beside the bounds.
  if (typeof options.default !== "number") return makeField(kind, options);
  return makeField(kind, { ...options, default: formatDuration(options.default) });
}

/** An amount of bytes: `"16MiB"`, `"1GB"` or an integer; the value is in bytes. */
export function bytes(
  options: FieldOptions<string | number> & Bounds & Given<string | number>,
): Field<number>;
export function bytes(options: FieldOptions<string | number> & Bounds): Field<number | undefined>;
export function bytes(options: FieldOptions<string | number> & Bounds): Field<number | undefined> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  const kind: Kind<number> = {
    name: "bytes",
    expected: `a size such as "16MiB" or "1GB", or an integer in bytes${boundsText(options, formatBytes)}`,
    parse(raw, form) {
      const amount = form === "text" ? wholeNumber(raw) : raw;
      const value = typeof amount === "number" ? amount : parseBytes(raw);
      return isWithin(value, min, max) ? accepted(value) : refused();
    },
    render: (value) => /^\d+$/.test(formatBytes(value)) ? String(value) : `"${formatBytes(value)}"`,
  };
  return makeField(kind, options);
}

/** Bytes in the largest binary unit that divides them: `1048576` is `"1MiB"`, `1000` is `"1000"`. */
export function formatBytes(value: number): string {
  for (const unit of ["TiB", "GiB", "MiB", "KiB"] as const) {
    if (value > 0 && value % BYTE_UNITS[unit] === 0) return `${value / BYTE_UNITS[unit]}${unit}`;
  }
  return String(value);
}

function parseBytes(raw: unknown): number | undefined {
  const match = typeof raw === "string" ? BYTES.exec(raw) : null;
  const unit = match?.[2];
  if (!isByteUnit(unit)) return undefined;
  return Math.round(Number(match?.[1]) * BYTE_UNITS[unit]);
}

function isByteUnit(unit: string | undefined): unit is keyof typeof BYTE_UNITS {
  return unit !== undefined && Object.hasOwn(BYTE_UNITS, unit);
}

function wholeNumber(raw: unknown): number | undefined {
  return typeof raw === "string" && DIGITS.test(raw) ? Number(raw) : undefined;
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && typeof value === "number" && value >= min && value <= max;
}

function boundsText({ min, max }: Bounds, format: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return ` from ${format(min)} to ${format(max)}`;
  if (min !== undefined) return ` of at least ${format(min)}`;
  return max === undefined ? "" : ` of at most ${format(max)}`;
}
