import assert from "node:assert/strict";
import { nullLogger } from "../telemetry/mod.ts";
import { listen } from "./listen.ts";
import { ListenError } from "./listen_error.ts";

const answer = () => new Response("here");

Deno.test("listen() names the address and a way out when another program uses the port", async () => {
  await using first = listen({ hostname: "127.0.0.1", port: 0 }, answer, { log: nullLogger });
  assert.throws(
    () => listen({ hostname: "127.0.0.1", port: first.port }, answer, { log: nullLogger }),
    (error) => {
      assert.ok(error instanceof ListenError);
      assert.equal(error.code, "ERR_LISTEN_IN_USE");
      assert.equal(error.message, `Cannot listen on "127.0.0.1:${first.port}": another program uses it`);
      assert.match(error.hint ?? "", new RegExp(`:${first.port}"`));
      return true;
    },
  );
});

Deno.test("listen() names the address when it belongs to another machine", () => {
  // TEST-NET-1 of RFC 5737: no machine has it.
  assert.throws(() => listen({ hostname: "192.0.2.1", port: 80 }, answer, { log: nullLogger }), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.code, "ERR_LISTEN_ADDRESS");
    assert.match(error.message, /^Cannot listen on "192\.0\.2\.1:80": /);
    return true;
  });
});

Deno.test("listen() tells the port in use when a free one was asked for", async () => {
  let hasClosed = false;
  {
    await using listener = listen({ hostname: "127.0.0.1", port: 0 }, answer, {
      log: nullLogger,
      beforeClose: () => hasClosed = true,
    });
    assert.notEqual(listener.port, 0);
    const response = await fetch(`http://127.0.0.1:${listener.port}/`);
    assert.equal(await response.text(), "here");
    assert.equal(hasClosed, false);
  }
  assert.equal(hasClosed, true);
});

Deno.test("listen() takes requests again when the process had no file descriptor left", async () => {
  const program = new URL("./_crowded_port.ts", import.meta.url).pathname;
  await using child = new Deno.Command("sh", {
    args: ["-c", `ulimit -n 48; exec "$0" run -A "$1"`, Deno.execPath(), program],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let said = "";
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(said);
      if (match !== null) return match;
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program ended after ${JSON.stringify(said)}`);
      said += value;
    }
  };
  const port = Number((await until(/port (\d+)\n/))[1]);
  const crowd: Deno.Conn[] = [];
  for (let i = 0; i < 60; i++) {
    // Refused once the port has failed, which is what this is after.
    const one = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    if (one !== undefined) crowd.push(one);
  }
  await until(/The port failed/);
  for (const one of crowd) one.close();
  let answer: string | undefined;
  while (answer === undefined) {
    answer = await fetch(`http://127.0.0.1:${port}/`).then((response) => response.text(), () => undefined);
  }
  assert.equal(answer, "here");
  child.kill("SIGKILL");
  while (!(await lines.next()).done);
});
