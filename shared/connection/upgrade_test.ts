import assert from "node:assert/strict";
import { decodeRecord, splitBody } from "../record/mod.ts";
import { fakeConnections, recordEvent } from "./_fakes.ts";
import { isUpgrade, upgrade } from "./mod.ts";

const HANDSHAKE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

Deno.test.each(
  [
    ["on any path", "/team/orders?token=x", HANDSHAKE, 101, undefined],
    [
      "in other letters",
      "/",
      HANDSHAKE.map((line) => line.replace("websocket", "WebSocket")),
      101,
      undefined,
    ],
    [
      "with the known subprotocol",
      "/",
      [...HANDSHAKE, "Sec-WebSocket-Protocol: a, reflow-tracing-v1"],
      101,
      "reflow-tracing-v1",
    ],
    ["with an unknown subprotocol", "/", [...HANDSHAKE, "Sec-WebSocket-Protocol: other"], 101, undefined],
    ["without a key", "/", HANDSHAKE.slice(0, 3), 400, undefined],
    [
      "without Connection: Upgrade",
      "/",
      HANDSHAKE.filter((line) => !line.startsWith("Connection")),
      400,
      undefined,
    ],
    ["from a host that is none", "/orders", [...HANDSHAKE, "Host: [::"], 101, undefined],
    ["not at all", "/", [], 404, undefined],
  ] as const,
)("a client that asks to upgrade %s is answered", async (_name, path, headers, status, subprotocol) => {
  const { connections } = fakeConnections();
  await using server = serve(connections);
  using connection = await Deno.connect({ port: server.port });
  const host = headers.some((line) => line.startsWith("Host:")) ? [] : [`Host: 127.0.0.1:${server.port}`];
  const request = [`GET ${path} HTTP/1.1`, ...host, ...headers, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(request));
  const answer = await readHead(connection);
  assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
  assert.equal(/^sec-websocket-protocol: (.*)\r$/im.exec(answer)?.[1], subprotocol);
});

Deno.test("frames of a real client reach the writer under the names of its URL, and its answers reach it", async () => {
  const { connections, writer } = fakeConnections();
  await using server = serve(connections);
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/orders?service=billing`);
  await once(socket, "open");
  socket.send(recordEvent());
  socket.send(`"nonsense"`);
  // The refusal waits for the acknowledgement; the writer has the event when both frames have arrived.
  await until(() => writer.waiting === 1);
  writer.settle();
  const answer = await once(socket, "message");
  assert.equal(
    answer instanceof MessageEvent ? answer.data : "",
    `{"EventRecorded":{"success":true,"error":null}}`,
  );
  const body = splitBody(decodeRecord(writer.lines[0] ?? "")?.text ?? "").body;
  assert.ok(typeof body === "object" && body !== null && "service" in body && body.service === "billing");
  socket.close();
  await once(socket, "close");
  await until(() => connections.size === 0);
  assert.equal(decodeRecord(writer.lines.at(-1) ?? "")?.kind, "end");
});

function serve(connections: Parameters<typeof upgrade>[1]): AsyncDisposable & { readonly port: number } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      isUpgrade(request)
        ? upgrade(request, connections, { idleTimeoutSeconds: 0 })
        : new Response(null, { status: 404 }),
  );
  return {
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      connections.closeAll();
      await server.shutdown();
    },
  };
}

async function readHead(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) break;
    head += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return head;
}

function once(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => target.addEventListener(type, (event) => resolve(event), { once: true }));
}

/** Returns when the condition holds; each look is one turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 0));
}
