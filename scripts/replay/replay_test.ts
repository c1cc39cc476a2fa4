import assert from "node:assert/strict";
import { manualClock } from "@reflow/shared/time";
import { parseRecording } from "./recording.ts";
import { replay, targetUrl } from "./replay.ts";
import { formatReport } from "./report.ts";

const ACK = '{"EventRecorded":{"success":true,"error":null}}';

/** A server that acknowledges every text and remembers texts by request url. */
function ackServer(answer: (socket: WebSocket, data: string) => void = (socket) => socket.send(ACK)) {
  const received = new Map<string, string[]>();
  const closed: Promise<boolean>[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const texts: string[] = [];
    received.set(`${pathname}${search}${"+".repeat(received.has(`${pathname}${search}`) ? 1 : 0)}`, texts);
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    const end = Promise.withResolvers<boolean>();
    closed.push(end.promise);
    socket.onmessage = ({ data }) => {
      texts.push(data);
      answer(socket, data);
    };
    socket.onclose = ({ wasClean }) => end.resolve(wasClean);
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    received,
    closed,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

const TWO = parseRecording(
  [
    '{"t":100,"conn":1,"open":"/orders?service=billing"}',
    '{"t":101,"conn":2,"open":"/"}',
    '{"t":110,"conn":1,"frame":"a1"}',
    '{"t":120,"conn":2,"frame":"b1"}',
    '{"t":130,"conn":1,"frame":"a2"}',
    '{"t":140,"conn":1,"close":0}',
    '{"t":150,"conn":2,"close":0}',
  ].join("\n"),
);

Deno.test("replay() sends each connection's frames in order and drops it without a Close frame", async () => {
  await using server = ackServer();
  const events: string[] = [];
  const report = await replay({
    recording: TWO,
    url: server.url,
    speed: "max",
    awaitAnswersMs: 5_000,
    onSent: ({ conn }, text) => events.push(`sent ${conn} ${text}`),
    onAnswer: ({ conn }) => events.push(`answer ${conn}`),
  });
  assert.deepEqual([...server.received].toSorted(), [["/", ["b1"]], ["/orders?service=billing", [
    "a1",
    "a2",
  ]]]);
  assert.deepEqual(await Promise.all(server.closed), [false, false]);
  assert.deepEqual(report.connections, [
    {
      conn: 1,
      copy: 1,
      target: "/orders?service=billing",
      sent: ["a1", "a2"],
      answers: [ACK, ACK],
      sentCount: 2,
      answerCount: 2,
      ackedCount: 2,
      problem: undefined,
    },
    {
      conn: 2,
      copy: 1,
      target: "/",
      sent: ["b1"],
      answers: [ACK],
      sentCount: 1,
      answerCount: 1,
      ackedCount: 1,
      problem: undefined,
    },
  ]);
  assert.deepEqual([report.sentCount, report.ackedCount, report.failedCount, report.stopped], [
    3,
    3,
    0,
    false,
  ]);
  assert.deepEqual(events.toSorted(), [
    "answer 1",
    "answer 1",
    "answer 2",
    "sent 1 a1",
    "sent 1 a2",
    "sent 2 b1",
  ]);
});

Deno.test("replay() keeps the recorded gaps divided by the speed", async () => {
  const sentAtMs: [string, number][] = [];
  await using server = ackServer();
  using clock = manualClock();
  const startMs = clock.monotonicMs();
  let nextAnswer = Promise.withResolvers<void>();
  const playing = replay({
    recording: parseRecording(
      ['{"t":5,"conn":1,"open":"/"}', '{"t":25,"conn":1,"frame":"x"}', '{"t":65,"conn":1,"frame":"y"}'].join(
        "\n",
      ),
    ),
    url: server.url,
    speed: 2,
    clock,
    onSent: (_id, text) => sentAtMs.push([text, clock.monotonicMs() - startMs]),
    onAnswer: () => nextAnswer.resolve(),
  });
  for (const stepMs of [10, 20]) {
    nextAnswer = Promise.withResolvers();
    await clock.untilSleeping();
    await clock.advance(stepMs);
    await nextAnswer.promise;
  }
  await playing;
  assert.deepEqual(sentAtMs, [["x", 10], ["y", 30]]);
});

Deno.test("replay() makes as many copies of each connection as it is told", async () => {
  await using server = ackServer();
  const report = await replay({ recording: TWO, url: server.url, speed: "max", copies: 5, keepTexts: false });
  assert.equal(server.closed.length, 10);
  assert.equal(report.sentCount, 15);
  assert.deepEqual(report.connections.map(({ conn, copy }) => `${conn}.${copy}`).slice(3, 7), [
    "1.4",
    "1.5",
    "2.1",
    "2.2",
  ]);
  assert.deepEqual(report.connections[0]?.sent, []);
});

Deno.test("replay() reports a connection that the server closes, and finishes the others", async () => {
  await using server = ackServer((socket, data) =>
    data === "b1" ? socket.close(1008, "no") : socket.send(ACK)
  );
  const report = await replay({ recording: TWO, url: server.url, speed: "max", awaitAnswersMs: 5_000 });
  assert.deepEqual(report.connections.map(({ sentCount }) => sentCount), [2, 1]);
  assert.equal(report.connections[0]?.problem, undefined);
  assert.match(String(report.connections[1]?.problem?.message), /the server closed it with 1008/);
  assert.equal(report.failedCount, 1);
});

Deno.test("replay() reports every connection when nobody listens", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const report = await replay({ recording: TWO, url: `ws://127.0.0.1:${port}`, speed: "max" });
  assert.deepEqual(report.connections.map(({ problem }) => problem?.code), [
    "ERR_REPLAY_CONNECT",
    "ERR_REPLAY_CONNECT",
  ]);
});

Deno.test("replay() returns what it did when its signal aborts", async () => {
  await using server = ackServer();
  const stop = new AbortController();
  const report = await replay({
    recording: parseRecording(
      ['{"t":0,"conn":1,"open":"/"}', '{"t":0,"conn":1,"frame":"x"}', '{"t":3600000,"conn":1,"frame":"y"}']
        .join("\n"),
    ),
    url: server.url,
    signal: stop.signal,
    onAnswer: () => stop.abort(),
  });
  assert.deepEqual([report.sentCount, report.stopped, report.failedCount], [1, true, 0]);
});

Deno.test.each([
  ["a speed of 0", { speed: 0 }],
  ["a speed that is no number", { speed: NaN }],
  ["no copies", { copies: 0 }],
  ["more connections than allowed", { copies: 5_001 }],
  ["a url with TLS", { url: "wss://localhost" }],
])("replay() refuses %s", async (_name, options) => {
  await assert.rejects(replay({ recording: TWO, url: "ws://localhost:1", ...options }), {
    code: "ERR_REPLAY_OPTIONS",
  });
});

Deno.test.each([
  ["ws://h:1", "/", "ws://h:1/"],
  ["ws://h:1/", "/a?x=%2f", "ws://h:1/a?x=%2f"],
  ["ws://h:1/pre/fix/", "/a?x", "ws://h:1/pre/fix/a?x"],
  ["ws://h:1/p?token=t", "/a?x=1", "ws://h:1/p/a?token=t&x=1"],
  ["ws://h:1/p?token=t#f", "/a", "ws://h:1/p/a?token=t"],
])("targetUrl() puts behind %s the target %s", (base, target, url) => {
  assert.equal(targetUrl(base, target), url);
});

Deno.test("formatReport() counts answers by kind and names failed connections", async () => {
  await using server = ackServer((socket) => socket.send('"Pong"'));
  const report = await replay({ recording: TWO, url: server.url, speed: "max", awaitAnswersMs: 5_000 });
  const lines = formatReport({ ...report, elapsedMs: 1234 });
  assert.deepEqual(lines, [
    "2 connections, 3 frames sent in 1.2 s",
    "3 answers, 0 frames acknowledged, 0 connections failed",
    "  Pong: 3",
  ]);
});
