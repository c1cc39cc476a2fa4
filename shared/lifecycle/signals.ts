/** An abort signal with a lifetime: disposing it removes the listeners behind it. */
export interface ScopedSignal extends Disposable {
  /** Aborts with the reason of whatever happened first. */
  readonly signal: AbortSignal;
}

/** The parts of the process that `signalsToAbort()` touches; tests replace them. */
export interface SignalHost {
  /** Starts listening for a signal of the operating system. */
  add(name: Deno.Signal, listener: () => void): void;
  /** Stops listening. */
  remove(name: Deno.Signal, listener: () => void): void;
  /** Writes a line for the operator. */
  complain(line: string): void;
  /** Ends the process. */
  exit(code: number): void;
  /** Milliseconds since an arbitrary start. */
  monotonicMs(): number;
}

// 128 + SIGINT: what shells report for a program that the user interrupted.
const EXIT_INTERRUPTED = 130;

const processHost: SignalHost = {
  add: (name, listener) => Deno.addSignalListener(name, listener),
  remove: (name, listener) => Deno.removeSignalListener(name, listener),
  complain: (line) => void Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)),
  exit: (code) => Deno.exit(code),
  monotonicMs: () => performance.now(),
};

/**
 * One Ctrl-C reaches a program several times: from the terminal, and from each runner above it (`npx`, `deno task`) that
 * passes it on. Nobody presses twice within this time.
 */
const SAME_SIGNAL_MS = 500;

/**
 * Turns signals of the operating system into one `AbortSignal`. The first one aborts it and asks the program to stop
 * in order; a second one ends the process at once with code 130 after a line on standard error, because whoever
 * sends it has stopped waiting. What arrives within half a second of the first is the first one, passed on.
 */
export function signalsToAbort(names: readonly Deno.Signal[], host: SignalHost = processHost): ScopedSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  const listeners = names.map((name) => {
    const listener = () => {
      if (controller.signal.aborted) {
        if (host.monotonicMs() - firstAtMs < SAME_SIGNAL_MS) return;
        host.complain(`Received ${name} while stopping: exiting at once`);
        host.exit(EXIT_INTERRUPTED);
      } else {
        firstAtMs = host.monotonicMs();
        controller.abort(new DOMException(`Received ${name}`, "AbortError"));
      }
    };
    host.add(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const { name, listener } of listeners.splice(0)) host.remove(name, listener);
    },
  };
}
