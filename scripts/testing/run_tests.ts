import { judge, parseSummary, type TestCounts } from "./summary.ts";

/** One run of `deno test`. */
export interface TestRun {
  /** Paths and options for `deno test`; without a path the whole workspace is tested. */
  readonly args: readonly string[];
  /** Set for the tests on top of our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Stops the run; it then counts as failed. */
  readonly signal?: AbortSignal;
  /** Hears of every line of output, without its line break; standard error goes where ours goes. */
  readonly onLine: (line: string) => void;
}

// Each worker loads its own copy of the program, so memory ends before many cores do.
const MAX_JOBS = 4;

/** Runs `deno test` with the executable that runs us, and counts. */
export async function runTests({ args, env, signal, onLine }: TestRun): Promise<TestCounts> {
  const jobs = Math.min(navigator.hardwareConcurrency, MAX_JOBS);
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--parallel", ...args],
    env: { DENO_JOBS: `${jobs}`, ...Deno.env.toObject(), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop, { once: true });
  let counts: TestCounts | undefined;
  let rest = "";
  const hear = (line: string) => {
    onLine(line);
    // The last one counts: a test may print the summary of a run that it made itself.
    counts = parseSummary(line) ?? counts;
  };
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(line);
  }
  if (rest !== "") hear(rest);
  const { success } = await child.status;
  signal?.removeEventListener("abort", stop);
  return judge(counts, success);
}
