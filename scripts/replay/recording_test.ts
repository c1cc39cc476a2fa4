import assert from "node:assert/strict";
import { parseRecording, readRecording } from "./recording.ts";

const FIXTURES = `${import.meta.dirname}/../../tests/fixtures/recordings`;

Deno.test("parseRecording() separates connections and counts time from the first line", () => {
  const recording = parseRecording(
    [
      '{"t":700.5,"conn":1,"open":"/orders?service=billing"}',
      '{"t":701.5,"conn":2,"open":"/"}',
      '{"t":710.5,"conn":1,"frame":"a"}',
      '{"t":705.5,"conn":2,"frame":"b"}',
      "",
      '{"t":720.5,"conn":1,"frame":"c"}',
      '{"t":730.5,"conn":1,"close":0}\r',
    ].join("\n"),
  );
  assert.deepEqual(recording, {
    connections: [
      {
        conn: 1,
        target: "/orders?service=billing",
        openAtMs: 0,
        frames: [{ atMs: 10, text: "a" }, { atMs: 20, text: "c" }],
        closeAtMs: 30,
      },
      { conn: 2, target: "/", openAtMs: 1, frames: [{ atMs: 5, text: "b" }], closeAtMs: 30 },
    ],
    frameCount: 3,
    durationMs: 30,
  });
});

const OPEN = '{"t":1,"conn":1,"open":"/"}';

Deno.test.each([
  ["no JSON", [OPEN, "{"], "line 2: it is no JSON"],
  ["no object", [OPEN, "[]"], "line 2: it is no JSON object"],
  ["no time", ['{"conn":1,"open":"/"}'], 'line 1: "t" is no number of milliseconds'],
  ["a negative time", ['{"t":-1,"conn":1,"open":"/"}'], 'line 1: "t" is no number of milliseconds'],
  ["a fractional connection", ['{"t":1,"conn":1.5,"open":"/"}'], 'line 1: "conn" is no whole number'],
  ["no event", ['{"t":1,"conn":1}'], "line 1: exactly one of open, frame, close is expected"],
  [
    "two events",
    ['{"t":1,"conn":1,"open":"/","close":0}'],
    "line 1: exactly one of open, frame, close is expected",
  ],
  ["an unknown event", ['{"t":1,"conn":1,"ping":1}'], 'line 1: "ping" is none of open, frame, close'],
  ["a relative path", ['{"t":1,"conn":1,"open":"x"}'], 'line 1: "open" is no path with a query'],
  [
    "a path with a line break",
    ['{"t":1,"conn":1,"open":"/\\r\\nX: y"}'],
    'line 1: "open" is no path with a query',
  ],
  ["a path with a fragment", ['{"t":1,"conn":1,"open":"/a#b"}'], 'line 1: "open" is no path with a query'],
  ["a frame that is no text", [OPEN, '{"t":1,"conn":1,"frame":{}}'], 'line 2: "frame" is no text'],
  ["a frame without UTF-8 form", [OPEN, '{"t":1,"conn":1,"frame":"\\ud800"}'], 'line 2: "frame" is no text'],
  ["a frame before open", ['{"t":1,"conn":2,"frame":"x"}'], "line 1: connection 2 is not open"],
  ["a second open", [OPEN, OPEN], "line 2: connection 1 was opened before"],
  [
    "a frame after close",
    [OPEN, '{"t":2,"conn":1,"close":0}', '{"t":3,"conn":1,"frame":"x"}'],
    "line 3: connection 1 is closed already",
  ],
  [
    "a time that runs back",
    [OPEN, '{"t":3,"conn":1,"frame":"x"}', '{"t":2,"conn":1,"frame":"y"}'],
    "line 3: its time 2 is before the previous line of connection 1",
  ],
  ["nothing", [""], "line 1: the file opens no connection"],
])("parseRecording() refuses %s", (_name, lines, problem) => {
  assert.throws(() => parseRecording(lines.join("\n"), "x.ndjson"), {
    code: "ERR_REPLAY_RECORDING",
    message: `Cannot parse recording "x.ndjson": ${problem}`,
  });
});

Deno.test("parseRecording() names ten bad lines and counts the rest", () => {
  assert.throws(() => parseRecording("x\n".repeat(12)), /line 1: .*; line 10: it is no JSON; and 2 more$/);
});

Deno.test.each([
  ["complete.ndjson", 1, 8],
  ["simple.ndjson", 1, 15],
  ["flow3-a.ndjson", 1, 798],
  ["fleet.ndjson", 6, 3700],
])("readRecording() reads %s", async (name, connections, frames) => {
  const recording = await readRecording(`${FIXTURES}/${name}`);
  assert.deepEqual([recording.connections.length, recording.frameCount], [connections, frames]);
});

Deno.test("readRecording() says which file does not exist", async () => {
  await assert.rejects(readRecording("/nowhere.ndjson"), {
    code: "ERR_REPLAY_RECORDING",
    message: 'Cannot read recording "/nowhere.ndjson": it does not exist',
  });
});
