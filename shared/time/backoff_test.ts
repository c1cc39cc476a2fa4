import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffDelayMs } from "./backoff.ts";

Deno.test("backoffDelayMs() doubles its bound with each attempt until the maximum", () => {
  const almostOne = () => 1 - Number.EPSILON;
  const bounds = [1, 2, 3, 4, 5].map((attempt) =>
    backoffDelayMs({ attempt, baseMs: 100, maxMs: 1_000, random: almostOne })
  );
  assert.deepEqual(bounds, [100, 200, 400, 800, 1_000]);
});

Deno.test("backoffDelayMs() stays between 1 ms and its maximum whatever it is given", () => {
  const inputs = fc.record({
    attempt: fc.integer({ min: -5, max: 1e9 }),
    baseMs: fc.integer({ min: 0, max: 1e6 }),
    maxMs: fc.integer({ min: 1, max: 1e7 }),
    sample: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(fc.property(inputs, ({ sample, ...options }) => {
    const delayMs = backoffDelayMs({ ...options, random: () => sample });
    assert.ok(Number.isInteger(delayMs) && delayMs >= 1 && delayMs <= options.maxMs);
  }));
});
