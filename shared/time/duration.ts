const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Units of a duration text, from milliseconds to days of exactly 24 hours. */
export type DurationUnit = keyof typeof UNIT_MS;

// Longest text that is looked at; the longest sensible one is about twenty characters.
const MAX_TEXT_LENGTH = 40;
const WHOLE = /^(?:\d{1,15}(?:\.\d{1,9})?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Reads a duration such as `"100ms"`, `"5s"`, `"2m"`, `"24h"`, `"7d"`, `"1.5s"` or `"1h30m"` and returns whole
 * milliseconds, rounded up so that a positive duration never becomes zero; `undefined` when the text is none.
 */
export function tryParseDuration(text: string): number | undefined {
  if (text.length > MAX_TEXT_LENGTH || !WHOLE.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(PART)) {
    if (!isUnit(unit)) return undefined;
    totalMs += Number(amount) * UNIT_MS[unit];
  }
  // The subtraction absorbs binary fractions: 1.1 * 1000 is slightly more than 1100.
  const wholeMs = Math.max(0, Math.ceil(totalMs - 1e-6));
  return Number.isSafeInteger(wholeMs) ? wholeMs : undefined;
}

/** Milliseconds of `amount` units. */
export function unitToMs(amount: number, unit: DurationUnit): number {
  return amount * UNIT_MS[unit];
}

/**
 * Writes a duration in the largest units that lose nothing: `90_000` is `"1m30s"`, `100` is `"100ms"`;
 * `tryParseDuration()` reads it back. Fractions of a millisecond are rounded; negative values get a minus sign.
 */
export function formatDuration(durationMs: number): string {
  let leftMs = Math.round(Math.abs(durationMs));
  if (!Number.isFinite(leftMs)) return String(durationMs);
  if (leftMs === 0) return "0s";
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const amount = Math.floor(leftMs / UNIT_MS[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    leftMs -= amount * UNIT_MS[unit];
  }
  return durationMs < 0 ? `-${text}` : text;
}

function isUnit(unit: string | undefined): unit is DurationUnit {
  return unit !== undefined && Object.hasOwn(UNIT_MS, unit);
}
