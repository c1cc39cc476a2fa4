import assert from "node:assert/strict";
import { acceptFor, parseWsUrl } from "./handshake.ts";
import { connectRaw, RawClient } from "./raw_client.ts";
import { encodeClientFrame, OPCODE } from "./ws_frame.ts";

interface Seen {
  readonly url: string;
  readonly headers: readonly string[];
  readonly messages: (string | ArrayBuffer)[];
  readonly closed: PromiseWithResolvers<{ code: number; wasClean: boolean }>;
}

/** A WebSocket server that answers every text with `echo:` in front of it. */
function echoServer(onMessage?: (socket: WebSocket, data: string | ArrayBuffer) => void) {
  const seen: Seen[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const one: Seen = {
      url: request.url,
      headers: [...request.headers.keys()],
      messages: [],
      closed: Promise.withResolvers(),
    };
    seen.push(one);
    // Last: an upgraded request has no headers any more.
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.onmessage = ({ data }) => {
      one.messages.push(data);
      if (onMessage) onMessage(socket, data);
      else socket.send(`echo:${data}`);
    };
    socket.onclose = ({ code, wasClean }) => one.closed.resolve({ code, wasClean });
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

/** A TCP server that speaks the handshake and then sends `bytes`; `received` gives what came after the request. */
function scriptedServer(bytes: Uint8Array, head?: string) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const received = Promise.withResolvers<Uint8Array>();
  const serving = (async () => {
    using conn = await listener.accept();
    const buffer = new Uint8Array(65_536);
    const count = await conn.read(buffer) ?? 0;
    const key = /Sec-WebSocket-Key: (\S+)/.exec(new TextDecoder().decode(buffer.subarray(0, count)))?.[1] ??
      "";
    const answer = head ??
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${
        acceptFor(key)
      }\r\n\r\n`;
    const start = new TextEncoder().encode(answer);
    const all = new Uint8Array(start.length + bytes.length);
    all.set(start);
    all.set(bytes, start.length);
    await conn.write(all);
    const after = await conn.read(buffer).catch(() => null);
    received.resolve(buffer.slice(0, after ?? 0));
  })();
  return {
    url: `ws://127.0.0.1:${listener.addr.port}/`,
    received: received.promise,
    async [Symbol.asyncDispose]() {
      await serving;
      listener.close();
    },
  };
}

Deno.test("RawClient sends texts in order and reads the answers", async () => {
  await using server = echoServer();
  await using client = await connectRaw(`${server.url}/orders?service=a%20b`);
  const texts = ["", "x", "é\u{1f600}", "y".repeat(126), "z".repeat(70_000)];
  for (const text of texts) void client.send(text);
  for (const text of texts) assert.equal(await client.next(), `echo:${text}`);
  assert.equal(client.answerCount, texts.length);
  assert.equal(server.seen[0]?.url, `${server.url.replace("ws", "http")}/orders?service=a%20b`);
  assert.deepEqual(server.seen[0]?.headers.toSorted(), [
    "connection",
    "host",
    "sec-websocket-key",
    "sec-websocket-version",
    "upgrade",
  ]);
});

Deno.test("RawClient.sendBinary() arrives as a binary message, and a binary answer is only counted", async () => {
  await using server = echoServer((socket, data) => {
    socket.send(data);
    socket.send("after");
  });
  await using client = await connectRaw(server.url);
  await client.sendBinary(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd));
  assert.equal(await client.next(), "after");
  assert.equal(client.binaryCount, 1);
  const [data] = server.seen[0]?.messages ?? [];
  assert(data instanceof ArrayBuffer);
  assert.deepEqual(new Uint8Array(data), Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd));
});

Deno.test("RawClient.sendBytes() sends several encoded frames in one write", async () => {
  await using server = echoServer();
  await using client = await connectRaw(server.url);
  const mask = Uint8Array.of(9, 8, 7, 6);
  const one = encodeClientFrame(OPCODE.text, new TextEncoder().encode("one"), mask);
  const two = encodeClientFrame(OPCODE.text, new TextEncoder().encode("two"), mask);
  await client.sendBytes(new Uint8Array([...one, ...two]));
  assert.deepEqual([await client.next(), await client.next()], ["echo:one", "echo:two"]);
});

Deno.test("RawClient.drop() delivers everything and vanishes without a Close frame", async () => {
  await using server = echoServer();
  await using client = await connectRaw(server.url);
  for (let index = 0; index < 1000; index++) await client.send(`${index}`);
  await client.drop();
  const { wasClean } = await server.seen[0]?.closed.promise ?? {};
  assert.equal(wasClean, false);
  assert.equal(server.seen[0]?.messages.length, 1000);
  assert.deepEqual(await client.ended, { kind: "dropped" });
  const answers = await Array.fromAsync(client.answers());
  assert.deepEqual(answers, Array.from({ length: 1000 }, (_, index) => `echo:${index}`));
  await assert.rejects(client.send("late"), { code: "ERR_REPLAY_LOST" });
});

Deno.test("RawClient.drop() closes a socket that the server keeps open once its time is over", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  const conn = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
  using _server = await accepted;
  const client = new RawClient(conn, parseWsUrl("ws://h"), new Uint8Array(), {});
  await client.drop(10);
  assert.deepEqual(await client.ended, { kind: "dropped" });
  listener.close();
});

Deno.test("RawClient reports the Close frame of the server and stops", async () => {
  await using server = echoServer((socket) => socket.close(1008, "no"));
  await using client = await connectRaw(server.url);
  await client.send("x");
  assert.deepEqual(await client.ended, { kind: "closed", code: 1008, reason: "no" });
  await assert.rejects(client.next(), { code: "ERR_REPLAY_LOST", message: /the server closed it with 1008/ });
  await assert.rejects(client.send("y"), { code: "ERR_REPLAY_LOST" });
});

Deno.test("RawClient reads a message that came with the handshake and answers a Ping with its Pong", async () => {
  const bytes = Uint8Array.of(0x81, 2, 0x68, 0x69, 0x89, 3, 1, 2, 3);
  await using server = scriptedServer(bytes);
  await using client = await connectRaw(server.url);
  assert.equal(await client.next(), "hi");
  const pong = await server.received;
  assert.equal(pong[0], 0x8a);
  assert.equal(pong[1], 0x83);
  assert.deepEqual([0, 1, 2].map((at) => (pong[6 + at] ?? 0) ^ (pong[2 + at] ?? 0)), [1, 2, 3]);
  assert.equal(client.pingCount, 1);
  assert.match(
    String(await client.ended.then((end) => end.kind === "lost" && end.error)),
    /the server ended it/,
  );
});

Deno.test("RawClient is lost when the server breaks the protocol", async () => {
  await using server = scriptedServer(Uint8Array.of(0xff, 0xff));
  await using client = await connectRaw(server.url);
  await assert.rejects(client.next(), { code: "ERR_REPLAY_PROTOCOL" });
});

Deno.test("RawClient stops reading when its queue is full, and goes on when it is read", async () => {
  await using server = echoServer();
  await using client = await connectRaw(server.url, { maxQueuedAnswers: 2 });
  for (let index = 0; index < 50; index++) await client.send(`${index}`);
  for (let index = 0; index < 50; index++) {
    assert.equal(await client.next(), `echo:${index}`);
    assert(client.answerCount <= index + 3, `${client.answerCount} answers read at ${index}`);
  }
});

Deno.test.each([
  ["a status other than 101", "HTTP/1.1 401 Unauthorized\r\n\r\n", /answered 401 instead of 101/],
  ["a head without end", "x".repeat(20_000), /longer than 16384 bytes/],
])("connectRaw() fails after %s", async (_name, head, message) => {
  await using server = scriptedServer(new Uint8Array(), head);
  await assert.rejects(connectRaw(server.url), { code: "ERR_REPLAY_CONNECT", message });
});

Deno.test("connectRaw() fails when nobody listens, and says neither user nor token", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(connectRaw(`ws://u:secret@127.0.0.1:${port}/a?token=secret`), (error: unknown) => {
    assert(error instanceof Error);
    assert.match(error.message, new RegExp(`^Cannot connect to "ws://127.0.0.1:${port}/a": .*refused`));
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

Deno.test("connectRaw() fails when the server never answers the handshake", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  await assert.rejects(connectRaw(`ws://127.0.0.1:${listener.addr.port}`, { connectTimeoutMs: 30 }), {
    code: "ERR_REPLAY_CONNECT",
    message: /not open after 30 ms/,
  });
  (await accepted).close();
  listener.close();
});

Deno.test("the signal ends a connection that is being made and one that is open", async () => {
  await using server = echoServer();
  const stop = new AbortController();
  await using client = await connectRaw(server.url, { signal: stop.signal });
  stop.abort(new Error("enough"));
  assert.deepEqual(await client.ended, { kind: "dropped" });
  await assert.rejects(connectRaw(server.url, { signal: stop.signal }), /enough/);
});
