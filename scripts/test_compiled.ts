/**
 * `deno task test:compiled`: compiles the collector and runs the end-to-end test on the executable. Takes the
 * environment of `deno task compile`. The last line is `N passed, N failed`.
 */
import { AppError } from "@reflow/shared/errors";
import { compileProgram, measureProgram, PROGRAMS } from "./compile/mod.ts";
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
  const { name, entry, modules, permissions } = PROGRAMS.collector;
  const output = `${ROOT}dist/${name}`;
  await compileProgram({
    entry: `${ROOT}${entry}`,
    modules: modules.map((module) => `${ROOT}${module}`),
    output,
    configPath: `${ROOT}deno.json`,
    permissions,
  });
  const { bytes, startMs } = await measureProgram(output, ["version"]);
  printLine(`dist/${name}: ${(bytes / 1e6).toFixed(1)} MB, "version" takes ${startMs.toFixed(0)} ms`);
  return await runWithServers([`${ROOT}${TEST}`, ...Deno.args], { REFLOW_COLLECTOR_BIN: output });
}

if (import.meta.main) await runScript(main);
