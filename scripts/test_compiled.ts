/**
 * `deno task test:compiled`: compiles the collector and runs the end-to-end test on the executable. Takes the
 * environment of `deno task compile`. The last line is `N passed, N failed`.
 */
import { AppError } from "@reflow/shared/errors";
import { buildProgram, PROGRAMS } from "./compile/mod.ts";
import { printLine, runScript } from "./terminal.ts";
import { runWithServers } from "./testing/mod.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const TEST = "tests/end_to_end/compiled_test.ts";

async function main(): Promise<number> {
  const isThere = await Deno.stat(`${ROOT}${TEST}`).then(({ isFile }) => isFile, () => false);
  if (!isThere) {
    throw new AppError(`Cannot test the compiled collector: "${TEST}" does not exist`, {
      code: "ERR_TEST_MISSING",
    });
  }
  const { path, summary } = await buildProgram(PROGRAMS.collector);
  printLine(summary);
  return await runWithServers([`${ROOT}${TEST}`, ...Deno.args], { REFLOW_COLLECTOR_BIN: path });
}

if (import.meta.main) await runScript(main);
