import assert from "node:assert/strict";
import { gaveUp, startPostgres } from "./start_postgres.ts";

async function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  try {
    using _conn = await Deno.connect({ hostname, port: Number(port) });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) {
      return false;
    }
    throw error;
  }
}

Deno.test("startPostgres() gives a server that is gone after its disposal", async () => {
  const server = await startPostgres();
  assert.match(server.url, /^postgresql:\/\/reflow:[0-9a-f]{32}@127\.0\.0\.1:\d+\/postgres$/);
  assert.equal(await listens(server.url), true);
  await server[Symbol.asyncDispose]();
  assert.equal(await listens(server.url), false);
});

Deno.test("startPostgres() leaves no server behind when its process is killed", async () => {
  const script = `import { startPostgres } from "${import.meta.resolve("./start_postgres.ts")}";
    console.log((await startPostgres()).url);
    await new Promise((resolve) => setTimeout(resolve, 600_000));`;
  await using child = new Deno.Command(Deno.execPath(), {
    // Evaluated code has no configuration of its own; without it the workspace's packages have no names.
    args: ["eval", "--config", `${import.meta.dirname}/../../deno.json`, script],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: url = "" } = await lines.read();
  assert.equal(await listens(url.trim()), true);
  child.kill("SIGKILL");
  await child.status;
  await lines.cancel();
  // Nobody is left who could tell; the guard needs a moment to see that its parent is gone.
  const deadlineMs = Date.now() + 20_000;
  while (await listens(url.trim()) && Date.now() < deadlineMs);
  assert.equal(await listens(url.trim()), false);
});

Deno.test.each([
  ["LOG:  database system is ready to accept connections", false],
  ["[7] FATAL:  the database system is starting up\n[7] LOG:  ready", false],
  ["FATAL:  the database system is starting up\nFATAL:  could not create any TCP/IP sockets", true],
  ['FATAL:  data directory "/x" has wrong ownership', true],
])("gaveUp() of %j is %s", (log, expected) => {
  assert.equal(gaveUp(log), expected);
});
