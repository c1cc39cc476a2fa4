import assert from "node:assert/strict";
import { formatCounts, judge, parseSummary } from "./summary.ts";

Deno.test.each([
  ["ok | 12 passed | 0 failed (1s)", { passed: 12, failed: 0 }],
  ["ok | 3 passed (7 steps) | 0 failed | 2 ignored (4ms)", { passed: 3, failed: 0 }],
  ["FAILED | 1 passed | 2 failed | 3 filtered out (10m2s)", { passed: 1, failed: 2 }],
  ["\x1b[0m\x1b[31mFAILED\x1b[0m | 0 passed | 1 failed \x1b[38;5;245m(5ms)\x1b[0m", { passed: 0, failed: 1 }],
  ["running 3 tests from ./a_test.ts", undefined],
  ["the words ok | 1 passed | 0 failed inside a line", undefined],
])("parseSummary() of %j is what it counts", (line, counts) => {
  assert.deepEqual(parseSummary(line), counts);
});

Deno.test.each([
  [{ passed: 2, failed: 0 }, true, { passed: 2, failed: 0 }],
  [{ passed: 2, failed: 3 }, false, { passed: 2, failed: 3 }],
  [{ passed: 2, failed: 0 }, false, { passed: 2, failed: 1 }],
  [{ passed: 0, failed: 0 }, true, { passed: 0, failed: 1 }],
  [undefined, true, { passed: 0, failed: 1 }],
  [undefined, false, { passed: 0, failed: 1 }],
])("judge() of %j with success %s lets no silent failure pass", (counts, success, judged) => {
  assert.deepEqual(judge(counts, success), judged);
});

Deno.test("formatCounts() gives the closing line", () => {
  assert.equal(formatCounts({ passed: 7, failed: 0 }), "7 passed, 0 failed");
});
