import assert from "node:assert/strict";
import { parseTimestamp } from "@reflow/shared/protocol";
import { columnText, timeColumns } from "./column_text.ts";

Deno.test.each([
  ["leaves ordinary text alone", "näme 😀", 512, "näme 😀"],
  ["replaces NUL", "a\0b", 512, "a\ufffdb"],
  ["replaces a lone surrogate", "a\ud800", 512, "a\ufffd"],
  ["cuts", "abcdef", 3, "abc"],
  ["never parts a pair", "ab😀", 3, "ab"],
])("columnText() %s", (_what, text, maxChars, expected) => {
  assert.equal(columnText(text, maxChars), expected);
});

Deno.test.each([
  ["2025-11-22T22:15:00.123456789Z", "2025-11-22T22:15:00.123456Z", 789],
  ["2025-11-22T22:15:00.000000001+02:00", "2025-11-22T20:15:00Z", 1],
  ["+10000-01-02T03:04:05Z", "10000-01-02T03:04:05Z", 0],
  ["0000-06-01T00:00:00Z", "0001-06-01T00:00:00Z BC", 0],
  ["-0043-01-01T00:00:00.5Z", "0044-01-01T00:00:00.500Z BC", 0],
  ["-262143-01-01T00:00:00Z", "4713-01-01T00:00:00Z BC", 0],
])("timeColumns() reads %s", (text, time, nanos) => {
  const timestamp = parseTimestamp(text);
  assert.ok(timestamp);
  assert.deepEqual(timeColumns(timestamp), { time, nanos });
});
