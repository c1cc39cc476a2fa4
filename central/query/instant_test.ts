import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTimestamp } from "@reflow/shared/protocol";
import { formatSqlNanos, formatSqlTime, nanosBelowMicro, nanosText, parseSqlNanos } from "./instant.ts";

Deno.test("nanoseconds come back when a time is written and read", () => {
  const time = fc.record({
    unixSeconds: fc.integer({ min: -210_866_803_200, max: 8_210_266_876_799 }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
  });
  fc.assert(fc.property(time, ({ unixSeconds, nanos }) => {
    assert.deepEqual(parseSqlNanos(nanosText({ unixSeconds, nanos })), { unixSeconds, nanos });
  }));
});

Deno.test("SQL time stands for the same microsecond when the year is odd", () => {
  const cases = [
    ["2025-11-22T22:15:00.123456789Z", "2025-11-22 22:15:00.123456+00"],
    ["+10000-01-02T03:04:05Z", "10000-01-02 03:04:05.000000+00"],
    ["1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59.999999+00"],
    ["0000-03-01T00:00:00Z", "0001-03-01 00:00:00.000000+00 BC"],
    ["-0044-03-15T00:00:00Z", "0045-03-15 00:00:00.000000+00 BC"],
    ["-9999-01-01T00:00:00Z", "-infinity"],
  ] as const;
  for (const [text, expected] of cases) {
    const time = parseTimestamp(text);
    assert.ok(time);
    assert.equal(formatSqlTime(time), expected);
  }
});

Deno.test("digits below the microsecond are kept apart when a time has nine", () => {
  assert.equal(nanosBelowMicro({ unixSeconds: 0, nanos: 123_456_789 }), 789);
});

Deno.test("infinity is shown as the last time that a Rust peer reads, and still sorts last", () => {
  assert.equal(formatSqlNanos("Infinity"), "+262142-12-31T23:59:59.999999999Z");
  assert.equal(formatSqlTime(parseSqlNanos("Infinity")), "infinity");
  assert.equal(formatSqlTime(parseSqlNanos("-Infinity")), "-infinity");
});
