import { signalsToAbort } from "@reflow/shared/lifecycle";
import { ensureServers, startPostgres } from "../servers/mod.ts";
import { printLine, printNote } from "../terminal.ts";
import { runTests } from "./run_tests.ts";
import { formatCounts } from "./summary.ts";

const POSTGRES_VARIABLE = "REFLOW_TEST_POSTGRES_URL";

/**
 * Finds or installs the servers that tests need, starts one PostgreSQL, and runs `deno test` with `args`. Prints what
 * the tests print and `N passed, N failed` as the last line; returns the exit code.
 *
 * @throws ServersError when the servers are not there.
 */
export async function runWithServers(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  using stop = signalsToAbort(["SIGINT", "SIGTERM"]);
  await ensureServers();
  // Whoever sets the variable wants the tests to run on that server, such as another version.
  const given = Deno.env.get(POSTGRES_VARIABLE);
  await using started = given ? undefined : await startPostgres();
  if (given) printNote(`The tests use the PostgreSQL of ${POSTGRES_VARIABLE}`);
  const counts = await runTests({
    args,
    env: { ...env, [POSTGRES_VARIABLE]: given || started?.url || "" },
    signal: stop.signal,
    onLine: printLine,
  });
  printLine(formatCounts(counts));
  return counts.failed === 0 ? 0 : 1;
}
