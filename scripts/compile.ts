/** `deno task compile [collector|central] [--target TARGET]`: executables in `dist/`, with their size and start time. */
import { parseArgs } from "node:util";
import { messageOf } from "@reflow/shared/errors";
import { buildProgram, CompileError, isProgramName, type Program, PROGRAMS } from "./compile/mod.ts";
import { printLine, runScript } from "./terminal.ts";

const USAGE = `Usage: deno task compile [collector|central]… [--target TARGET]

Makes dist/reflow-collector and dist/reflow-central, and prints their size and start time.

Options:
  --target TARGET   for another machine, such as aarch64-unknown-linux-gnu; nothing is started then
  --help            shows this

Environment:
  DENORT_BIN            the runtime to build on, instead of a download
  REFLOW_COMPILE_DENO   the deno that compiles; of the same version as DENORT_BIN`;

interface CompileArguments {
  readonly programs: readonly Program[];
  readonly target: string | undefined;
  readonly help: boolean;
}

function parseCompileArguments(args: readonly string[]): CompileArguments {
  const fail = (state: string) =>
    new CompileError(`Cannot compile: ${state}`, { code: "ERR_COMPILE_OPTIONS" });
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { target: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    throw fail(messageOf(error));
  }
  const { values: { target, help = false }, positionals } = parsed;
  const programs = positionals.map((name) => {
    if (!isProgramName(name)) throw fail(`"${name}" is none of ${Object.keys(PROGRAMS).join(", ")}`);
    return PROGRAMS[name];
  });
  return { programs: programs.length === 0 ? Object.values(PROGRAMS) : programs, target, help };
}

async function main(): Promise<number> {
  const { programs, target, help } = parseCompileArguments(Deno.args);
  if (help) {
    printLine(USAGE);
    return 0;
  }
  for (const program of programs) printLine((await buildProgram(program, { target })).summary);
  return 0;
}

if (import.meta.main) await runScript(main);
