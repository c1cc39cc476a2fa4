import { CompileError } from "./compile_error.ts";

/** A program to compile. */
export interface CompileOptions {
  /** Absolute path of its main module. */
  readonly entry: string;
  /** Absolute paths of modules to include beside what the main module imports. */
  readonly modules?: readonly string[];
  /** Absolute path of the executable; its folder is made when absent. */
  readonly output: string;
  /** Absolute path of the configuration that names the packages. */
  readonly configPath: string;
  /** Names of permissions without `--allow-`; the program has these and no others. */
  readonly permissions: readonly string[];
  /** Such as `aarch64-unknown-linux-gnu`; this machine's by default. */
  readonly target?: string;
  /** The `deno` that compiles; `REFLOW_COMPILE_DENO`, or the one that runs us, by default. */
  readonly denoPath?: string;
}

// Deep module graphs overflow the compiler's usual stack of 2 MiB.
const STACK_BYTES = 256 * 1024 * 1024;
const ERROR_TAIL_CHARS = 2_000;
const NO_RUNTIME =
  /denort|error sending request|dns error|Failed (?:to download|downloading)|dl\.deno\.land/i;

/**
 * Compiles a program into one executable that needs no Deno. The compiler takes its runtime from `DENORT_BIN`, or
 * downloads it.
 *
 * @throws CompileError `ERR_COMPILE_RUNTIME` without a runtime, `ERR_COMPILE_FAILED` with the end of what the compiler said.
 */
export async function compileProgram(options: CompileOptions): Promise<void> {
  const { entry, output, configPath, permissions, target } = options;
  const denoPath = options.denoPath ?? (Deno.env.get("REFLOW_COMPILE_DENO") || Deno.execPath());
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  // A folder of its own: the compiler embeds every node_modules that it finds around itself.
  const directory = await Deno.makeTempDir({ prefix: "reflow-compile-" });
  try {
    const { success, stderr } = await new Deno.Command(denoPath, {
      args: [
        "compile",
        "--quiet",
        "--no-prompt",
        // "deno task check" has done it already, with the Deno that the product is developed on.
        "--no-check",
        // Central imports its migrations as text, which Deno 2.7 still asks a flag for.
        "--unstable-raw-imports",
        `--config=${configPath}`,
        `--output=${output}`,
        ...(target === undefined ? [] : [`--target=${target}`]),
        ...(options.modules ?? []).map((module) => `--include=${module}`),
        ...permissions.map((permission) => `--allow-${permission}`),
        entry,
      ],
      cwd: directory,
      env: { RUST_MIN_STACK: `${STACK_BYTES}`, NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw compileFailure(entry, new TextDecoder().decode(stderr).trim());
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function compileFailure(entry: string, said: string): CompileError {
  // With RUST_BACKTRACE set the reason stands above a page of addresses.
  const tail = said.replace(/\s*Stack backtrace:.*$/s, "").slice(-ERROR_TAIL_CHARS);
  if (!NO_RUNTIME.test(said)) {
    return new CompileError(`Cannot compile "${entry}": ${tail}`, { code: "ERR_COMPILE_FAILED" });
  }
  return new CompileError(`Cannot compile "${entry}": its runtime cannot be had: ${tail}`, {
    code: "ERR_COMPILE_RUNTIME",
    hint:
      "Set DENORT_BIN to a denort executable, and REFLOW_COMPILE_DENO to a deno of exactly the same version",
  });
}
