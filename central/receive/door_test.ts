import assert from "node:assert/strict";
import { Connections, createConnectionCounts } from "@reflow/shared/connection";
import { LiveHub } from "@reflow/shared/live";
import { nullLogger } from "@reflow/shared/telemetry";
import { systemClock } from "@reflow/shared/time";
import { createDoor } from "./door.ts";

function createConnections(): Connections {
  return new Connections(
    {
      writer: { append: () => undefined },
      hub: new LiveHub(),
      clock: systemClock,
      counts: createConnectionCounts(),
      log: nullLogger,
      ask: () => Promise.resolve(""),
    },
    { maxEventBytes: 1024, failurePolicy: "any_failure", publishOnArrival: false, labels: {} },
  );
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("refused")));
  });
  return socket;
}

async function closed(socket: WebSocket): Promise<void> {
  const gone = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.close();
  await gone;
}

Deno.test("door answers 503 with Retry-After when as many connections are open as may be", async () => {
  const connections = createConnections();
  const door = createDoor(connections, { maxConnections: 1, idleTimeoutSeconds: 0 });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, door);
  const url = `ws://127.0.0.1:${server.addr.port}/flow`;
  const first = await connect(url);
  await assert.rejects(connect(url), /refused/);
  const response = door(new Request("http://central/", { headers: { Upgrade: "websocket" } }));
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.deepEqual(await response.json(), {
    error: {
      code: "too_many_connections",
      message: "Cannot take another connection: 1 are open, server.max_connections is 1",
    },
  });
  await closed(first);
});

Deno.test("door answers 400 when a handshake is broken", async () => {
  const door = createDoor(createConnections(), { maxConnections: 1, idleTimeoutSeconds: 0 });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, door);
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  assert.equal(response.status, 400);
  assert.equal((await response.json()).error.code, "bad_handshake");
});
