import assert from "node:assert/strict";
import fc from "fast-check";
import { formatSqlNanos, parseSqlNanos } from "./instant.ts";

Deno.test("nanoseconds since 1970 are read to the last digit, also before 1970", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -8_334_601_228_800, max: 8_210_266_876_799 }),
      fc.integer({ min: 0, max: 999_999_999 }),
      (unixSeconds, nanos) => {
        const text = String(BigInt(unixSeconds) * 1_000_000_000n + BigInt(nanos));
        assert.deepEqual(parseSqlNanos(text), { unixSeconds, nanos });
      },
    ),
  );
});

Deno.test("a time is shown as the nearest one that a Rust peer reads when it lies beyond", () => {
  for (const text of ["Infinity", "9".repeat(22)]) {
    assert.equal(formatSqlNanos(text), "+262142-12-31T23:59:59.999999999Z");
  }
  for (const text of ["-Infinity", `-${"9".repeat(22)}`]) {
    assert.equal(formatSqlNanos(text), "-262143-01-01T00:00:00Z");
  }
});
