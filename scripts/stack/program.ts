import { AppError } from "@reflow/shared/errors";

/** How to start one of the two programs. */
export interface ProgramOptions {
  /** `collector` or `central`, run from source, or the path of a compiled binary. */
  readonly command: readonly string[];
  /** Set on top of an environment that holds nothing of ours. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** How long it may take until it listens. The embedded store needs seconds for its first start. */
  readonly startLimitMs?: number;
}

/** A line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A running program. Disposing it sends SIGTERM and waits, then SIGKILL. */
export interface RunningProgram extends AsyncDisposable {
  /** What its start-up line said: addresses and the like. */
  readonly started: LogLine;
  /** `host:port` in use. */
  readonly address: string;
  readonly pid: number;
  /** The last lines that it logged, newest last. */
  readonly log: readonly string[];
  /** Sends a signal and returns when the process is gone. */
  stop(signal: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** `ERR_PROGRAM_START`: it ended, or did not listen in time; the message holds what it logged. */
export class ProgramError extends AppError<"ERR_PROGRAM_START"> {}

const LOG_LINES_KEPT = 200;
const STOP_LIMIT_MS = 8000;

/** The command that runs a program from source with this same runtime. */
export function fromSource(name: "collector" | "central"): readonly string[] {
  const main = new URL(`../../${name}/main.ts`, import.meta.url);
  return [Deno.execPath(), "run", "-A", "--no-prompt", main.pathname, "run"];
}

/**
 * Starts a program and waits for its start-up line (`"msg":"Listening"`).
 *
 * @throws ProgramError `ERR_PROGRAM_START`.
 */
export async function startProgram(options: ProgramOptions): Promise<RunningProgram> {
  const [path = "", ...args] = options.command;
  const child = new Deno.Command(path, {
    args,
    env: { ...inherited(), ...options.env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  }).spawn();

  const log: string[] = [];
  const listening = Promise.withResolvers<LogLine>();
  const reading = readLines(child.stderr, (line) => {
    log.push(line);
    if (log.length > LOG_LINES_KEPT) log.shift();
    const parsed = parseLine(line);
    if (parsed["msg"] === "Listening") listening.resolve(parsed);
  });
  const failed = (state: string) =>
    new ProgramError(`Cannot start "${path}": ${state}\n${log.join("\n")}`, { code: "ERR_PROGRAM_START" });

  async function stop(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    try {
      child.kill(signal);
    } catch (error) {
      // Gone already, which is what was wanted.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
    const status = await child.status;
    await reading;
    return status;
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(failed("it does not listen in time")),
      options.startLimitMs ?? 60_000,
    );
  });
  const ended = child.status.then((status) => Promise.reject(failed(`it ended with code ${status.code}`)));
  try {
    const started = await Promise.race([listening.promise, late, ended]);
    ended.catch(() => {});
    return {
      started,
      address: String(started["address"]),
      pid: child.pid,
      log,
      stop,
      async [Symbol.asyncDispose]() {
        const kill = setTimeout(() => stop("SIGKILL"), STOP_LIMIT_MS);
        await stop("SIGTERM");
        clearTimeout(kill);
      },
    };
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function parseLine(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}

/** The environment without what would configure our programs behind the caller's back. */
function inherited(): Record<string, string> {
  const entries = Object.entries(Deno.env.toObject());
  return Object.fromEntries(entries.filter(([name]) => !/^(REFLOW_COLLECTOR|TRACING|OTEL)_/.test(name)));
}
