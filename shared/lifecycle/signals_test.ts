import assert from "node:assert/strict";
import { systemClock } from "../time/mod.ts";
import { type SignalHost, signalsToAbort } from "./signals.ts";

function fakeHost() {
  const listeners = new Map<Deno.Signal, () => void>();
  const said: string[] = [];
  const exits: number[] = [];
  const time = { ms: 1000 };
  const host: SignalHost = {
    add: (name, listener) => listeners.set(name, listener),
    remove: (name) => listeners.delete(name),
    complain: (line) => said.push(line),
    exit: (code) => exits.push(code),
    monotonicMs: () => time.ms,
  };
  return { host, listeners, said, exits, time };
}

Deno.test("signalsToAbort() aborts and names the signal when the first one arrives", () => {
  const { host, listeners, exits } = fakeHost();
  using scoped = signalsToAbort(["SIGTERM", "SIGINT"], host);
  listeners.get("SIGTERM")?.();
  assert.equal(scoped.signal.reason.message, "Received SIGTERM");
  assert.deepEqual(exits, []);
});

Deno.test("signalsToAbort() exits with 130 and says so when a second one arrives", () => {
  const { host, listeners, said, exits, time } = fakeHost();
  using _scoped = signalsToAbort(["SIGTERM", "SIGINT"], host);
  listeners.get("SIGTERM")?.();
  time.ms += 500;
  listeners.get("SIGINT")?.();
  assert.deepEqual(exits, [130]);
  assert.deepEqual(said, ["Received SIGINT while stopping: exiting at once"]);
});

Deno.test("signalsToAbort() takes a signal that runners pass on as the one that it is", () => {
  const { host, listeners, said, exits, time } = fakeHost();
  using _scoped = signalsToAbort(["SIGTERM", "SIGINT"], host);
  for (let i = 0; i < 4; i++) {
    listeners.get("SIGINT")?.();
    time.ms += 100;
  }
  assert.deepEqual([said, exits], [[], []]);
});

Deno.test("signalsToAbort() stops listening when disposed", () => {
  const { host, listeners } = fakeHost();
  signalsToAbort(["SIGTERM"], host)[Symbol.dispose]();
  assert.equal(listeners.size, 0);
});

Deno.test("signalsToAbort() hears a real signal of the process when one is sent", async () => {
  using scoped = signalsToAbort(["SIGUSR2"]);
  Deno.kill(Deno.pid, "SIGUSR2");
  // A signal listener does not keep the event loop alive; the sleep does, and ends with the signal.
  await systemClock.sleep(10_000, scoped.signal);
  assert.equal(scoped.signal.aborted, true);
});
