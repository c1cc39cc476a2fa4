/**
 * Runs the tests and says in one line what came of it.
 *
 * Invariants
 * - T1 The last line of standard output is `N passed, N failed`, and the exit code is 0 only for N above 0 and no failure.
 * - T2 All test files of a run share one PostgreSQL, which ends with the run.
 *
 * Failure: a run that ends without a summary, or that ran nothing, counts as one failure.
 */
export { runWithServers } from "./run_with_servers.ts";
export { judge } from "./summary.ts";
