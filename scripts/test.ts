/**
 * `deno task test [PATH…]`: finds or installs the servers that tests need, starts one PostgreSQL for the whole run, and
 * runs the tests. Options and paths go on to `deno test`. The last line is `N passed, N failed`.
 */
import { signalsToAbort } from "@reflow/shared/lifecycle";
import { ensureServers, startPostgres } from "./servers/mod.ts";
import { printLine, printNote, runScript } from "./terminal.ts";
import { runTests } from "./testing/run_tests.ts";
import { formatCounts } from "./testing/summary.ts";

const POSTGRES_VARIABLE = "REFLOW_TEST_POSTGRES_URL";
/** Needs the compiled binary: `deno task test:compiled` makes it and runs this. */
const COMPILED_TEST = "tests/end_to_end/compiled_test.ts";

async function main(): Promise<number> {
  using stop = signalsToAbort(["SIGINT", "SIGTERM"]);
  await ensureServers();
  // Whoever sets the variable wants the tests to run on that server, such as another version.
  const given = Deno.env.get(POSTGRES_VARIABLE);
  await using started = given ? undefined : await startPostgres();
  if (given) printNote(`The tests use the PostgreSQL of ${POSTGRES_VARIABLE}`);
  const withBinary = Deno.env.get("REFLOW_COLLECTOR_BIN") !== undefined;
  const counts = await runTests({
    args: [...(withBinary ? [] : [`--ignore=${COMPILED_TEST}`]), ...Deno.args],
    env: { [POSTGRES_VARIABLE]: given || started?.url || "" },
    signal: stop.signal,
    onLine: printLine,
  });
  printLine(formatCounts(counts));
  return counts.failed === 0 ? 0 : 1;
}

if (import.meta.main) await runScript(main);
