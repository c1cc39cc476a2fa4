import assert from "node:assert/strict";
import { decodeRecord, splitBody } from "../record/mod.ts";
import { fakeConnections, recordEvent } from "./_fakes.ts";
import { wireMetricsOf } from "./ports.ts";

Deno.test("each connection is a session of its own, named by its URL", () => {
  const { open, writer, connections } = fakeConnections();
  for (const url of ["/orders?service=billing", "/invoices"]) open(url).receive(recordEvent());
  const records = writer.lines.flatMap((line) => decodeRecord(line) ?? []);
  assert.deepEqual(records.map(({ session, kind }) => [session, kind]), [
    [1, "trace"],
    [1, "event"],
    [2, "trace"],
    [2, "event"],
  ]);
  assert.notEqual(records[0]?.traceId, records[2]?.traceId);
  const flows = [records[0], records[2]].map((record) => splitBody(record?.text ?? "").body);
  assert.deepEqual(
    flows.map((body) => typeof body === "object" && body !== null && "flow" in body ? body.flow : ""),
    [
      "orders",
      "invoices",
    ],
  );
  assert.equal(connections.size, 2);
});

Deno.test("a connection's token is in no record and in no log line", () => {
  const { open, writer, log } = fakeConnections();
  const socket = open("/orders?token=s3cr3t&service=billing");
  socket.receive(recordEvent());
  socket.vanish();
  assert.ok(!writer.lines.join().includes("s3cr3t"));
  assert.ok(!JSON.stringify(log.lines).includes("s3cr3t"));
  assert.deepEqual(log.lines.map(({ msg }) => msg), [
    "Connection opened",
    "Connection broke",
    "Connection closed",
  ]);
});

Deno.test("frames arrive as ArrayBuffer", () => {
  assert.equal(fakeConnections().open().binaryType, "arraybuffer");
});

Deno.test("endAll() ends every session once, and frames that still arrive are not taken", () => {
  const { open, writer, connections } = fakeConnections();
  const sockets = [open(), open()];
  for (const socket of sockets) socket.receive(recordEvent());
  connections.endAll("stopped");
  connections.endAll("stopped");
  for (const socket of sockets) socket.receive(recordEvent());
  const ends = writer.lines.slice(4).flatMap((line) => decodeRecord(line) ?? []);
  assert.deepEqual(ends.map(({ kind, text }) => [kind, JSON.parse(text).reason]), [
    ["end", "stopped"],
    ["end", "stopped"],
  ]);
  // What was acknowledged before the stop is still answered while the sockets are open.
  writer.settle();
  assert.equal(sockets[0]?.sent.length, 1);
});

Deno.test("closeAll() closes each socket as going away", () => {
  const { open, connections } = fakeConnections();
  const [first, second] = [open(), open()];
  second.vanish();
  connections.closeAll();
  assert.deepEqual([first.closes, second.closes], [[1001], []]);
});

Deno.test("counters tell what the connections did", () => {
  const { open, writer, counts, connections } = fakeConnections();
  const socket = open();
  for (const frame of [recordEvent(), `"Ping"`, "nonsense"]) socket.receive(frame);
  writer.settle();
  open().vanish();
  assert.equal(connections.size, 1);
  assert.deepEqual(wireMetricsOf(counts), {
    connections_active: 1,
    connections_total: 2,
    errors_total: 1,
    messages_received: 3,
    messages_sent: 3,
    traces_queried: 0,
    traces_stored: 0,
  });
});
