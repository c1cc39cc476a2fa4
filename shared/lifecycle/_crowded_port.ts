// A program for listen_test.ts: one port under a tight limit of file descriptors. It says what happens, line by line.
import { nullLogger } from "../telemetry/mod.ts";
import { listen } from "./listen.ts";

const say = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const listener = listen({ hostname: "127.0.0.1", port: 0 }, () => new Response("here"), {
  log: { ...nullLogger, error: (msg) => say(msg) },
});
say(`port ${listener.port}`);
