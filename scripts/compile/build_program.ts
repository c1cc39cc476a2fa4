import { compileProgram } from "./compile_program.ts";
import { measureProgram } from "./measure_program.ts";
import type { Program } from "./programs.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** An executable in `dist/`, and what to tell people about it. */
export interface BuiltProgram {
  readonly path: string;
  /** One line: size and start time, or the machine that it is for. */
  readonly summary: string;
}

/**
 * Makes `dist/<name>`, and starts it once it is there unless it is for another machine.
 *
 * @param options.target such as `aarch64-unknown-linux-gnu`; this machine's when absent.
 * @throws CompileError `ERR_COMPILE_RUNTIME`, `ERR_COMPILE_FAILED`.
 */
export async function buildProgram(
  program: Program,
  options: { readonly target?: string | undefined } = {},
): Promise<BuiltProgram> {
  const { name, entry, modules, permissions } = program;
  const { target } = options;
  const path = `${ROOT}dist/${name}`;
  await compileProgram({
    entry: `${ROOT}${entry}`,
    modules: modules.map((module) => `${ROOT}${module}`),
    output: path,
    configPath: `${ROOT}deno.json`,
    permissions,
    ...(target !== undefined && { target }),
  });
  if (target !== undefined) return { path, summary: `dist/${name} for ${target}` };
  const { bytes, startMs } = await measureProgram(path, ["version"]);
  const figures = `${(bytes / 1e6).toFixed(1)} MB, "version" takes ${startMs.toFixed(0)} ms`;
  return { path, summary: `dist/${name}: ${figures}` };
}
