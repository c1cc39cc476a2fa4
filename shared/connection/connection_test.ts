import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { newUuid } from "../ids/mod.ts";
import { decodeRecord } from "../record/mod.ts";
import { fakeConnections, FULL, recordEvent } from "./_fakes.ts";

const OK = `{"EventRecorded":{"success":true,"error":null}}`;
const NOT_STORED = `{"EventRecorded":{"success":false,"error":"Cannot append: the spool is full"}}`;
const PONG = `"Pong"`;
const START = JSON.stringify({
  StartTrace: {
    flow_id: "f",
    version: { major: 1, minor: 0, patch: 0, git_hash: null, timestamp: "2025-11-22T22:15:00Z" },
  },
});
const QUESTION = `{"GetTrace":{"trace_id":"${newUuid()}"}}`;
const SUBSCRIBE = `{"Subscribe":{"filters":{}}}`;

Deno.test("an event is acknowledged after its records are durable, and not before (I2)", () => {
  const { open, writer, counts } = fakeConnections();
  const socket = open();
  socket.receive(recordEvent());
  assert.equal(writer.lines.length, 2);
  assert.deepEqual(socket.sent, []);
  writer.settle();
  assert.deepEqual(socket.sent, [OK]);
  assert.equal(counts.eventsAccepted, 1);
});

Deno.test("answers leave in the order of the requests, whoever gives them", async () => {
  const { open, writer, questions } = fakeConnections();
  const socket = open();
  for (const frame of [recordEvent(), `"Ping"`, QUESTION, recordEvent(), `"GetMetrics"`]) {
    socket.receive(frame);
  }
  await questions[0]?.answer("the trace");
  assert.deepEqual(socket.sent, []);
  writer.settle(1);
  assert.deepEqual(socket.sent, [OK, PONG, "the trace"]);
  writer.settle();
  assert.deepEqual(socket.sent.slice(3, 4), [OK]);
  assert.match(socket.sent[4] ?? "", /^\{"Metrics":\{"data":\{.*"messages_received":5,/);
});

Deno.test("an event that could not be stored is answered with success:false, and so is its repetition", () => {
  const { open, writer, counts } = fakeConnections();
  const socket = open();
  const frame = recordEvent();
  for (const sent of [frame, `"Ping"`, frame]) socket.receive(sent);
  writer.settle(1, FULL);
  assert.deepEqual(socket.sent, [NOT_STORED, PONG, NOT_STORED]);
  assert.equal(counts.recordsFailed, 1);
  assert.equal(counts.eventsRepeated, 1);
  // Sent once more, it is taken, and its trace is announced again.
  socket.receive(frame);
  assert.deepEqual(writer.lines.slice(2).map((line) => decodeRecord(line)?.kind), ["trace", "event"]);
  writer.settle();
  assert.equal(socket.sent.at(-1), OK);
});

Deno.test("an event that the writer refuses is answered in its turn, and nothing was accepted", () => {
  const { open, writer, counts } = fakeConnections();
  const socket = open();
  socket.receive(recordEvent());
  writer.refusal = FULL;
  socket.receive(recordEvent());
  socket.receive(START);
  assert.deepEqual(socket.sent, []);
  writer.settle();
  assert.deepEqual(socket.sent, [
    OK,
    NOT_STORED,
    `{"Error":{"message":"Cannot append: the spool is full","code":"StorageError"}}`,
  ]);
  assert.equal(counts.eventsAccepted, 1);
  assert.equal(counts.recordsFailed, 2);
});

Deno.test("a subscriber that records gets its notification before EventRecorded", () => {
  const { open, writer } = fakeConnections();
  const socket = open("/orders");
  socket.receive(SUBSCRIBE);
  socket.receive(recordEvent("double"));
  writer.settle();
  assert.equal(socket.sent[0], OK);
  assert.match(socket.sent[1] ?? "", /^\{"EventNotification":\{"trace_id":/);
  assert.equal(socket.sent[2], OK);
});

Deno.test("a subscriber hears of other connections until it unsubscribes or is gone", () => {
  const { open, hub } = fakeConnections();
  const [listener, program] = [open(), open("/orders")];
  const heard = () => listener.sent.filter((text) => text.startsWith(`{"EventNotification"`)).length;
  listener.receive(`{"Subscribe":{"filters":{"flow_ids":["orders"],"actor_ids":["d*"]}}}`);
  program.receive(recordEvent("double"));
  program.receive(recordEvent("format"));
  assert.equal(heard(), 1);
  listener.receive(`"Unsubscribe"`);
  program.receive(recordEvent("double"));
  assert.equal(heard(), 1);
  listener.receive(SUBSCRIBE);
  assert.equal(hub.subscriberCount, 1);
  listener.vanish();
  assert.equal(hub.subscriberCount, 0);
});

Deno.test("a notification carries our trace id, not the noise of the frame", () => {
  const { open, writer } = fakeConnections();
  const socket = open();
  socket.receive(SUBSCRIBE);
  socket.receive(recordEvent());
  const traceId = decodeRecord(writer.lines[0] ?? "")?.traceId;
  assert.equal(JSON.parse(socket.sent[1] ?? "").EventNotification.trace_id, traceId);
});

Deno.test("an event of a stored trace is announced under the flow and the status that the client gave", () => {
  const samples = Deno.readTextFileSync(
    new URL("../../tests/fixtures/reflow-samples.ndjson", import.meta.url),
  );
  // Line 71: the flow "orders", completed.
  const stored = samples.split("\n")[70] ?? "";
  const traceId: string = JSON.parse(stored).StoreTrace.trace.trace_id;
  const { open } = fakeConnections();
  const listener = open();
  listener.receive(`{"Subscribe":{"filters":{"flow_ids":["orders"],"status_filter":["Completed"]}}}`);
  const program = open();
  program.receive(stored);
  program.receive(recordEvent().replace(/"trace_id":"[^"]+"/, `"trace_id":"${traceId}"`));
  assert.equal(JSON.parse(listener.sent[1] ?? "").EventNotification.trace_id, traceId);
});

Deno.test("events are left to whoever stores them when they are not published on arrival", () => {
  const { open, hub } = fakeConnections({ publishOnArrival: false });
  const socket = open();
  socket.receive(SUBSCRIBE);
  socket.receive(recordEvent());
  assert.equal(hub.subscriberCount, 1);
  assert.deepEqual(socket.sent, [OK]);
});

Deno.test("a repeated event is not announced to subscribers twice", () => {
  const { open } = fakeConnections();
  const socket = open();
  const frame = recordEvent();
  for (const sent of [SUBSCRIBE, frame, frame]) socket.receive(sent);
  assert.equal(socket.sent.filter((text) => text.includes("EventNotification")).length, 1);
});

Deno.test("frames over the limit, garbage and bombs get an Error, and the connection goes on (I1, I4)", () => {
  const { open, writer, counts } = fakeConnections({ maxEventBytes: 1000 });
  const socket = open();
  const bomb = new Uint8Array(gzipSync(new Uint8Array(100_000))).buffer;
  const frames = [recordEvent("x".repeat(1000)), "nonsense", bomb, new ArrayBuffer(0), "[".repeat(900)];
  for (const frame of frames) socket.receive(frame);
  assert.equal(socket.sent.length, frames.length);
  for (const answer of socket.sent) assert.ok(typeof JSON.parse(answer).Error.message === "string");
  assert.match(socket.sent[0] ?? "", /max_event_size is 1000; the connection stays open/);
  assert.deepEqual([socket.closes, writer.lines, counts.framesRefused], [[], [], frames.length]);
  socket.receive(recordEvent());
  writer.settle();
  assert.equal(socket.sent.at(-1), OK);
});

Deno.test("an event in a binary frame is stored as its text", () => {
  const { open, writer } = fakeConnections();
  const frame = recordEvent("ü🚀");
  open().receive(new Uint8Array(gzipSync(frame)).buffer);
  assert.equal(decodeRecord(writer.lines[1] ?? "")?.text, frame);
});

Deno.test("a client that reads nothing loses answers but not events (I3)", () => {
  const { open, writer, counts } = fakeConnections();
  const socket = open();
  socket.bufferedAmount = 9 * 1024 * 1024;
  for (let i = 0; i < 1000; i++) socket.receive(recordEvent());
  writer.settle();
  assert.deepEqual(socket.sent, []);
  assert.equal(counts.answersDropped, 1000);
  assert.equal(counts.eventsAccepted, 1000);
  assert.deepEqual(socket.closes, []);
  // Once it reads again, answers come again, after a bounded number of them.
  socket.bufferedAmount = 0;
  for (let i = 0; i < 100; i++) socket.receive(`"Ping"`);
  assert.ok(socket.sent.length >= 36, String(socket.sent.length));
});

Deno.test("small answers to a client that reads nothing are bounded by their number", () => {
  const { open, counts } = fakeConnections();
  const socket = open();
  for (let i = 0; i < 100_000; i++) {
    socket.receive(`"Ping"`);
    socket.bufferedAmount = socket.sent.length * `"Pong"`.length;
  }
  assert.ok(socket.sent.length < 70_000, `${socket.sent.length} answers wait`);
  assert.equal(socket.sent.length + counts.answersDropped, 100_000);
});

Deno.test("large answers to a client that reads nothing are dropped one by one", async () => {
  const { open, questions } = fakeConnections();
  const socket = open();
  const large = `{"QueryResults":"${"x".repeat(5 * 1024 * 1024)}"}`;
  for (let i = 0; i < 4; i++) {
    socket.receive(QUESTION);
    await questions[i]?.answer(large);
    socket.bufferedAmount = socket.sent.length * large.length;
  }
  assert.equal(socket.sent.length, 2);
});

Deno.test("a connection asks sixteen questions at a time and refuses more", async () => {
  const { open, questions } = fakeConnections();
  const socket = open();
  for (let i = 0; i < 20; i++) socket.receive(QUESTION);
  assert.equal(questions.length, 16);
  for (const question of questions) await question.answer("x");
  assert.equal(socket.sent.length, 20);
  assert.match(
    socket.sent[19] ?? "",
    /^\{"Error":\{"message":"Cannot answer: 16 questions .*"code":"InvalidRequest"/,
  );
  socket.receive(QUESTION);
  assert.equal(questions.length, 17);
});

Deno.test("a question that holds up too many answers is given up", async () => {
  const { open, questions, counts } = fakeConnections();
  const socket = open();
  socket.receive(QUESTION);
  for (let i = 0; i < 140_000; i++) socket.receive(`"Ping"`);
  assert.match(socket.sent[0] ?? "", /^\{"Error":\{"message":"Cannot answer: .* wait behind this question/);
  await questions[0]?.answer("too late");
  assert.equal(socket.sent.length, 140_001);
  assert.equal(counts.answersDropped, 0);
});

Deno.test("answers behind a disk that stands still are bounded; those that promise nothing are dropped", () => {
  const { open, writer, counts } = fakeConnections();
  const socket = open();
  socket.receive(recordEvent());
  for (let i = 0; i < 140_000; i++) socket.receive(`"Ping"`);
  assert.equal(counts.answersDropped, 140_000 - 131_071);
  socket.receive(recordEvent());
  writer.settle();
  assert.equal(socket.sent.at(-1), OK);
});

Deno.test("the end of a connection ends its traces and aborts its questions; late answers go nowhere", async () => {
  const { open, writer, questions, counts } = fakeConnections();
  const socket = open();
  for (const frame of [START, recordEvent(), QUESTION]) socket.receive(frame);
  socket.vanish();
  assert.equal(questions[0]?.signal.aborted, true);
  assert.deepEqual(writer.lines.map((line) => decodeRecord(line)?.kind), ["trace", "event", "end"]);
  writer.settle();
  await questions[0]?.answer("too late");
  socket.receive(recordEvent());
  assert.equal(writer.lines.length, 3);
  assert.deepEqual(socket.sent, []);
  assert.equal(counts.connectionsActive, 0);
});
