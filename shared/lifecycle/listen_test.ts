import assert from "node:assert/strict";
import { listen } from "./listen.ts";
import { ListenError } from "./listen_error.ts";

const answer = () => new Response("here");

Deno.test("listen() names the address and a way out when another program uses the port", async () => {
  await using first = listen({ hostname: "127.0.0.1", port: 0 }, answer);
  assert.throws(() => listen({ hostname: "127.0.0.1", port: first.port }, answer), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.code, "ERR_LISTEN_IN_USE");
    assert.equal(error.message, `Cannot listen on "127.0.0.1:${first.port}": another program uses it`);
    assert.match(error.hint ?? "", new RegExp(`:${first.port}"`));
    return true;
  });
});

Deno.test("listen() names the address when it belongs to another machine", () => {
  // TEST-NET-1 of RFC 5737: no machine has it.
  assert.throws(() => listen({ hostname: "192.0.2.1", port: 80 }, answer), (error) => {
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
      beforeClose: () => hasClosed = true,
    });
    assert.notEqual(listener.port, 0);
    const response = await fetch(`http://127.0.0.1:${listener.port}/`);
    assert.equal(await response.text(), "here");
    assert.equal(hasClosed, false);
  }
  assert.equal(hasClosed, true);
});
