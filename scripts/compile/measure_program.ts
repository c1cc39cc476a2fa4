import { CompileError } from "./compile_error.ts";

/** What an executable costs before it does anything. */
export interface ProgramFigures {
  readonly bytes: number;
  /** Of the fastest of three runs: the first one pays for a cold disk cache. */
  readonly startMs: number;
}

const RUNS = 3;

/**
 * Measures an executable: its size, and the time from start to end of a run with `args`.
 *
 * @throws CompileError `ERR_COMPILE_FAILED` when a run fails.
 */
export async function measureProgram(path: string, args: readonly string[]): Promise<ProgramFigures> {
  let startMs = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const beganMs = performance.now();
    const { success, stderr } = await new Deno.Command(path, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    startMs = Math.min(startMs, performance.now() - beganMs);
    if (!success) {
      throw new CompileError(
        `Cannot run "${path} ${args.join(" ")}": ${new TextDecoder().decode(stderr).trim()}`,
        {
          code: "ERR_COMPILE_FAILED",
        },
      );
    }
  }
  return { bytes: (await Deno.stat(path)).size, startMs };
}
