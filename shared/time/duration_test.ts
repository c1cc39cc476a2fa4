import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, tryParseDuration } from "./duration.ts";

const good: readonly (readonly [string, number])[] = [
  ["0s", 0],
  ["100ms", 100],
  ["5s", 5_000],
  ["2m", 120_000],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1_500],
  ["1.1s", 1_100],
  ["0.2ms", 1],
];
for (const [text, durationMs] of good) {
  Deno.test(`tryParseDuration() reads ${text}`, () => assert.equal(tryParseDuration(text), durationMs));
}

for (
  const text of ["", "5", "s", "-5s", "5 s", "5S", "5w", "1e3s", ".5s", "5s ", "5s\n", "9".repeat(60) + "s"]
) {
  Deno.test(`tryParseDuration() refuses ${JSON.stringify(text.slice(0, 8))}`, () => {
    assert.equal(tryParseDuration(text), undefined);
  });
}

Deno.test("formatDuration() uses the largest units when they lose nothing", () => {
  assert.equal(formatDuration(90_000), "1m30s");
  assert.equal(formatDuration(0), "0s");
  assert.equal(formatDuration(1_500), "1s500ms");
  assert.equal(formatDuration(-2_000), "-2s");
  assert.equal(formatDuration(Number.POSITIVE_INFINITY), "Infinity");
});

Deno.test("tryParseDuration() reads what formatDuration() writes", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e14 }), (durationMs) => {
    assert.equal(tryParseDuration(formatDuration(durationMs)), durationMs);
  }));
});
