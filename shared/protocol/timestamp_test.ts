import assert from "node:assert/strict";
import fc from "fast-check";
import { compareTimestamps, formatTimestamp, isTimestamp, parseTimestamp, timestampOfMs } from "./mod.ts";

Deno.test.each(
  [
    ["1970-01-01T00:00:00Z", 0, 0],
    ["2025-11-22T22:15:02.000000001Z", 1763849702, 1],
    ["2025-11-22T22:15:02.1Z", 1763849702, 100_000_000],
    ["2025-11-22T22:15:02.100001Z", 1763849702, 100_001_000],
    ["2025-11-22T22:15:02.123456789987Z", 1763849702, 123_456_789],
    ["1969-12-31T23:59:59.999999999Z", -1, 999_999_999],
    ["2016-12-31T23:59:60.500Z", 1483228800, 500_000_000],
    ["2017-01-01T00:00:00Z", 1483228800, 0],
    ["2024-02-29T00:00:00Z", 1709164800, 0],
    ["2000-02-29T12:00:00Z", 951825600, 0],
    ["2025-11-22T22:15:02+02:00", 1763842502, 0],
    ["2025-11-22T22:15:02-00:30", 1763851502, 0],
    ["2025-11-22 22:15:02Z", 1763849702, 0],
    ["2025-11-22t22:15:02z", 1763849702, 0],
    ["+10000-01-02T03:04:05Z", 253402398245, 0],
    ["+2025-11-22T22:15:02Z", 1763849702, 0],
    ["0000-03-01T00:00:00Z", -62162035200, 0],
    ["-0001-12-31T23:59:59Z", -62167219201, 0],
    ["+262142-12-31T23:59:59Z", 8210266876799, 0],
    ["-262143-01-01T00:00:00Z", -8334601228800, 0],
  ] as const,
)("parseTimestamp() reads %s", (text, unixSeconds, nanos) => {
  assert.deepEqual(parseTimestamp(text), { unixSeconds, nanos });
  assert.equal(isTimestamp(text), true);
});

Deno.test.each([
  ["31 June", "2025-06-31T00:00:00Z"],
  ["30 February", "2024-02-30T00:00:00Z"],
  ["29 February of a common year", "2025-02-29T00:00:00Z"],
  ["29 February 1900", "1900-02-29T00:00:00Z"],
  ["month 13", "2025-13-01T00:00:00Z"],
  ["month 0", "2025-00-01T00:00:00Z"],
  ["day 0", "2025-01-00T00:00:00Z"],
  ["hour 24", "2025-01-01T24:00:00Z"],
  ["minute 60", "2025-01-01T00:60:00Z"],
  ["second 61", "2025-01-01T00:00:61Z"],
  ["no offset", "2025-11-22T22:15:02"],
  ["an offset without colon", "2025-11-22T22:15:02+0200"],
  ["an offset of a day", "2025-11-22T22:15:02+24:00"],
  ["an offset of 60 minutes", "2025-11-22T22:15:02+01:60"],
  ["an empty fraction", "2025-11-22T22:15:02.Z"],
  ["a date alone", "2025-11-22"],
  ["a five-digit year without sign", "10000-01-02T03:04:05Z"],
  ["a year past chrono's last", "+262143-01-01T00:00:00Z"],
  ["a year before chrono's first", "-262144-01-01T00:00:00Z"],
  ["a line break at the end", "2025-11-22T22:15:02Z\n"],
  ["digits of another script", "２０２５-11-22T22:15:02Z"],
  ["an empty text", ""],
  ["an integer", 1763849702],
  ["null", null],
])("parseTimestamp() refuses %s", (_name, value) => {
  assert.equal(parseTimestamp(value), undefined);
  assert.equal(isTimestamp(value), false);
});

const timestamp = fc.record({
  unixSeconds: fc.integer({ min: -8334601228800, max: 8210266876799 }),
  nanos: fc.oneof(fc.nat({ max: 999_999_999 }), fc.nat({ max: 999 }).map((ms) => ms * 1_000_000)),
}, { noNullPrototype: true });

Deno.test("formatTimestamp() writes what parseTimestamp() reads back, with 0, 3, 6 or 9 digits", () => {
  fc.assert(fc.property(timestamp, (given) => {
    const text = formatTimestamp(given);
    assert.deepEqual(parseTimestamp(text), given);
    assert.match(text, /:\d\d(?:\.(?:\d{3}|\d{6}|\d{9}))?Z$/);
  }));
});

Deno.test("isTimestamp() agrees with parseTimestamp() on texts near a timestamp", () => {
  const near = fc.tuple(
    timestamp,
    fc.nat({ max: 30 }),
    fc.constantFrom("", "0", "9", "-", " ", "T", "Z", "3"),
  )
    .map(([time, at, piece]) => {
      const text = formatTimestamp(time);
      return text.slice(0, at) + piece + text.slice(at + 1);
    });
  fc.assert(
    fc.property(near, (text) => {
      assert.equal(isTimestamp(text), parseTimestamp(text) !== undefined, text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compareTimestamps() orders by time where the texts do not", () => {
  const texts = ["2025-11-22T22:15:00Z", "2025-11-22T22:15:00.100Z", "2025-11-23T00:15:00.100000001+02:00"];
  const times = texts.map((text) => parseTimestamp(text) ?? { unixSeconds: 0, nanos: 0 });
  assert.notDeepEqual([...texts].sort(), texts);
  assert.deepEqual([...times].reverse().sort(compareTimestamps), times);
});

Deno.test("timestampOfMs() keeps every ms, also before 1970", () => {
  fc.assert(fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (unixMs) => {
    const { unixSeconds, nanos } = timestampOfMs(unixMs);
    assert.equal(unixSeconds * 1000 + nanos / 1e6, unixMs);
  }));
  assert.deepEqual(timestampOfMs(999.9999999), { unixSeconds: 0, nanos: 999_999_999 });
  assert.deepEqual(timestampOfMs(-1), { unixSeconds: -1, nanos: 999_000_000 });
});
