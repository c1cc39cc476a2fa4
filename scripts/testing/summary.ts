/** How a test run ended. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[0-9;]*m/g;
// "ok | 12 passed (3 steps) | 0 failed | 2 ignored (1s)"
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed\b.*? \| (\d+) failed\b/;

/** Reads a line of `deno test`'s output; `undefined` unless it is the summary. */
export function parseSummary(line: string): TestCounts | undefined {
  const [, passed, failed] = SUMMARY.exec(line.replace(COLOURS, "").trim()) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}

/**
 * What a run counts as: one that fails without a failed test, or that runs no test at all, has one failure, so that
 * nobody takes it for a success.
 */
export function judge(counts: TestCounts | undefined, success: boolean): TestCounts {
  const { passed, failed } = counts ?? { passed: 0, failed: 0 };
  const nothingRan = passed + failed === 0;
  return { passed, failed: failed === 0 && (!success || nothingRan) ? 1 : failed };
}

/** The closing line of every test run: `N passed, N failed`. */
export function formatCounts({ passed, failed }: TestCounts): string {
  return `${passed} passed, ${failed} failed`;
}
