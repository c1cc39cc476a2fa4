import assert from "node:assert/strict";
import { Connections, createConnectionCounts, type RecordWriter } from "@reflow/shared/connection";
import { LiveHub } from "@reflow/shared/live";
import { decodeRecord } from "@reflow/shared/record";
import { nullLogger } from "@reflow/shared/telemetry";
import { systemClock } from "@reflow/shared/time";
import { createReceiver } from "./mod.ts";

const START =
  `{"StartTrace":{"flow_id":"f","version":{"major":1,"minor":0,"patch":0,"git_hash":null,"timestamp":"2026-01-02T03:04:05Z"}}}`;

/** An open port whose records go to an array and are durable at once. */
function openPort() {
  const lines: string[] = [];
  const writer: RecordWriter = {
    append(records, _receivedAtMs, owner) {
      lines.push(...[records].flat());
      owner.settled("durable");
      return undefined;
    },
  };
  const connections = new Connections({
    writer,
    hub: new LiveHub(),
    ask: () => Promise.resolve(`"Pong"`),
    clock: systemClock,
    counts: createConnectionCounts(),
    log: nullLogger,
  }, {
    maxEventBytes: 1024,
    publishOnArrival: true,
    failurePolicy: "any_failure",
    labels: { flow: undefined, service: undefined, environment: undefined, host: "host", labels: {} },
  });
  const receiver = createReceiver({
    connections,
    http: (request) => new Response(`plain ${new URL(request.url).pathname}`),
    log: nullLogger,
  }, { address: { hostname: "127.0.0.1", port: 0 }, idleTimeoutSeconds: 0 });
  const kinds = () => lines.map((line) => decodeRecord(line)?.kind);
  return { receiver, connections, kinds };
}

/** Opens a WebSocket; `next` gives its answers in their order. */
async function connect(url: string) {
  const socket = new WebSocket(url);
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener("close", () => resolve(), { once: true });
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error(`cannot open "${url}"`)), { once: true });
  });
  const next = () =>
    new Promise<string>((resolve) => {
      socket.addEventListener("message", (event) => resolve(String(event.data)), { once: true });
    });
  return { socket, closed, next };
}

Deno.test("the port takes WebSockets on any path and plain requests beside them", async () => {
  const { receiver } = openPort();
  await using port = receiver;
  for (const path of ["/", "/health", "/a/b?service=x"]) {
    const { socket, closed, next } = await connect(`ws://${port.address}${path}`);
    const answer = next();
    socket.send(`"Ping"`);
    assert.equal(await answer, `"Pong"`);
    socket.close();
    await closed;
  }
  const response = await fetch(`http://${port.address}/health`);
  assert.equal(await response.text(), "plain /health");
});

Deno.test("the port stops by ending the sessions first, and takes nothing after that", async () => {
  const { receiver, kinds } = openPort();
  const { socket, closed, next } = await connect(`ws://${receiver.address}/`);
  const started = next();
  socket.send(START);
  await started;
  receiver.endSessions("stopped");
  assert.deepEqual(kinds(), ["trace", "end"]);
  socket.send(START);
  await receiver[Symbol.asyncDispose]();
  await closed;
  assert.deepEqual(kinds(), ["trace", "end"]);
});
