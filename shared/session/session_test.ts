import assert from "node:assert/strict";
import { parseRequest } from "../protocol/mod.ts";
import { splitBody } from "../record/mod.ts";
import {
  brief,
  failure,
  numberedId,
  recordEvent,
  scriptedSession,
  startTrace,
  storeTrace,
} from "./_scripted.ts";

const OK = `{"EventRecorded":{"success":true,"error":null}}`;
const EARLIER = "00";
const LATER = "30";

/** What a session writes for frames and the end of its connection; each case is a quirk of the real client. */
const QUIRKS: readonly (readonly [name: string, frames: readonly string[], records: readonly string[]])[] = [
  [
    "8.1 every event has a random trace id: the connection groups them",
    [startTrace("f"), recordEvent(), recordEvent(), recordEvent()],
    ["trace 1 f", "event 1", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.2 a client that does obey our ids is obeyed",
    [startTrace("a"), startTrace("b", LATER), recordEvent({ second: LATER, clientTraceId: numberedId(1) })],
    [
      "trace 1 a",
      "end 1 superseded Completed",
      "trace 2 b",
      "event 1",
      "end 2 disconnected Completed",
    ],
  ],
  [
    "8.3 events before StartTrace open a provisional trace, which StartTrace adopts",
    [recordEvent(), recordEvent(), startTrace("f", LATER), recordEvent({ second: LATER })],
    [
      "trace 1 provisional",
      "event 1",
      "event 1",
      "trace 1 f",
      "event 1",
      "end 1 disconnected Completed",
    ],
  ],
  [
    "8.4 StartTrace may never come",
    [recordEvent(), recordEvent()],
    ["trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.5 a later StartTrace opens a new trace, and events older than it belong to the old one",
    [
      startTrace("a"),
      startTrace("b", LATER),
      recordEvent({ second: "29.999999999" }),
      recordEvent({ second: LATER }),
      recordEvent({ second: "31" }),
    ],
    [
      "trace 1 a",
      "end 1 superseded Completed",
      "trace 2 b",
      "event 1",
      "event 2",
      "event 2",
      "end 2 disconnected Completed",
    ],
  ],
  [
    "8.5 a late event finds the youngest trace that is not younger than it",
    [
      startTrace("a", "10"),
      startTrace("b", "20"),
      startTrace("c", "30"),
      recordEvent({ second: "25" }),
      recordEvent({ second: "15" }),
      recordEvent({ second: "05" }),
    ],
    [
      "trace 1 a",
      "end 1 superseded Completed",
      "trace 2 b",
      "end 2 superseded Completed",
      "trace 3 c",
      "event 2",
      "event 1",
      "event 1",
      "end 3 disconnected Completed",
    ],
  ],
  [
    "8.7 types that no library call sends are taken as well",
    [recordEvent({ type: "NetworkEvent" }), recordEvent({ type: { Custom: "x" } })],
    ["trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.9 events that arrive in the wrong order stay in their order of arrival",
    [startTrace("f"), recordEvent({ second: "31" }), recordEvent({ second: "30" })],
    ["trace 1 f", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.12 the first thing seen may be the middle of a chain",
    [recordEvent({ type: { DataFlow: { to_actor: "format", to_port: "in" } } })],
    ["trace 1 provisional", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.13 a burst after StartTrace brings events from before it",
    [startTrace("f", LATER), recordEvent({ second: EARLIER }), recordEvent({ second: "31" })],
    ["trace 1 f", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.14 a program that ended at once sends StartTrace and nothing else",
    [startTrace("f")],
    ["trace 1 f", "end 1 disconnected Completed"],
  ],
  [
    "8.15 frames that make no sense do not disturb the session",
    [recordEvent(), "nonsense", `{"RecordEvent":{}}`, recordEvent()],
    ["trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.16 a failure makes the trace Failed, with the first error",
    [startTrace("f"), failure("cannot format six"), failure("again"), recordEvent()],
    ["trace 1 f", "event 1", "event 1", "event 1", `end 1 disconnected Failed "cannot format six"`],
  ],
  [
    "8.16 a failure before StartTrace counts, and so does an empty error",
    [failure(""), startTrace("f")],
    ["trace 1 provisional", "event 1", "trace 1 f", `end 1 disconnected Failed ""`],
  ],
  [
    "8.16 a failure ends only its own trace as Failed",
    [startTrace("a"), failure("x"), startTrace("b", LATER)],
    [
      "trace 1 a",
      "event 1",
      `end 1 superseded Failed "x"`,
      "trace 2 b",
      "end 2 disconnected Completed",
    ],
  ],
  [
    "8.16 a failure that arrives after its trace ended changes how it ended, once",
    [
      startTrace("a"),
      startTrace("b", LATER),
      failure("late", { second: "10" }),
      failure("later", { second: "11" }),
    ],
    [
      "trace 1 a",
      "end 1 superseded Completed",
      "trace 2 b",
      "event 1",
      `end 1 superseded Failed "late"`,
      "event 1",
      "end 2 disconnected Completed",
    ],
  ],
  [
    "8.22 twins report the same thing twice: both are kept",
    [
      recordEvent({ type: "ActorCompleted", actor: "twin" }),
      recordEvent({ type: "ActorCompleted", actor: "twin" }),
    ],
    ["trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "8.23 a proxy of a remote actor is an actor like others",
    [recordEvent({ actor: "enricher@eu-west" })],
    ["trace 1 provisional", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "an event that comes again is stored once",
    [recordEvent({ id: 1 }), recordEvent({ id: 2 }), recordEvent({ id: 1 })],
    ["trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "a stored trace keeps its id and its status, and takes the events that name it",
    [
      storeTrace(numberedId(50)),
      recordEvent({ clientTraceId: numberedId(50) }),
      failure("x", { clientTraceId: numberedId(50).toUpperCase() }),
    ],
    ["store 50", "event 50", "event 50"],
  ],
  [
    "events beside a stored trace open a trace of their own",
    [storeTrace(numberedId(50)), recordEvent(), recordEvent({ clientTraceId: numberedId(51) })],
    ["store 50", "trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
];

Deno.test.each([...QUIRKS])("a session understands: %s", (_name, frames, expected) => {
  const scripted = scriptedSession();
  for (const frame of frames) scripted.receive(frame);
  scripted.end();
  assert.deepEqual(scripted.records.map(brief), expected);
  assert.deepEqual(scripted.session.openTraces, []);
});

Deno.test("a session keeps each frame verbatim, noise and Discriminant(n) included (8.8, 8.10, 8.11)", () => {
  const lines = Deno.readTextFileSync(new URL("../../tests/fixtures/reflow-samples.ndjson", import.meta.url))
    .trimEnd().split("\n").slice(0, 52);
  const scripted = scriptedSession();
  for (const line of lines) assert.equal(scripted.receive(line).kind, "store", line);
  const texts = scripted.records.flatMap(({ kind, text }) =>
    kind === "event" ? [text] : kind === "trace" ? [splitBody(text).frame] : []
  );
  assert.deepEqual(texts, lines);
});

Deno.test("a session puts what only the URL says into each trace (8.6, 8.18)", () => {
  const scripted = scriptedSession();
  scripted.receive(recordEvent({ second: "05.5" }));
  scripted.receive(startTrace("network_session_1763849700"));
  const names = {
    flow: "orders",
    service: "billing",
    environment: null,
    host: null,
    labels: {},
    executionId: numberedId(900),
  };
  assert.deepEqual(
    scripted.records.filter(({ kind }) => kind === "trace").map(({ text }) => splitBody(text).body),
    [
      { ...names, firstEventTime: "2025-11-22T22:15:05.5Z" },
      { ...names, firstEventTime: null },
    ],
  );
});

Deno.test("two sessions with the same flow id have nothing to do with each other (8.6, 8.23)", () => {
  const ids = [1, 2].map((number) => {
    const scripted = scriptedSession({ newTraceId: () => numberedId(number) });
    scripted.receive(startTrace("network_session_1763849700"));
    scripted.receive(recordEvent());
    return scripted.records.map(({ traceId }) => traceId);
  });
  assert.deepEqual(ids, [[numberedId(1), numberedId(1)], [numberedId(2), numberedId(2)]]);
});

Deno.test("a session takes a burst of many thousand events without growing (8.17)", () => {
  const scripted = scriptedSession();
  for (let i = 0; i < 20_000; i++) {
    const step = scripted.receive(recordEvent());
    assert.ok(step.kind === "store");
    scripted.records.length = 0;
  }
  assert.equal(scripted.session.openTraces.length, 1);
});

Deno.test.each(
  [
    ["any_failure", "disconnected", true, `Failed "x"`],
    ["any_failure", "disconnected", false, "Completed"],
    ["any_failure", "stopped", true, `Failed "x"`],
    ["any_failure", "stopped", false, "Cancelled"],
    ["any_failure", "lost", false, "Cancelled"],
    ["never", "disconnected", true, "Completed"],
    ["never", "stopped", true, "Cancelled"],
    ["never", "stopped", false, "Cancelled"],
  ] as const,
)("with the policy %s an end by %s, failed: %s, means %s (8.16, 8.24)", (policy, reason, failed, status) => {
  const scripted = scriptedSession({ failurePolicy: policy });
  scripted.receive(failed ? failure("x") : recordEvent());
  assert.deepEqual(scripted.end(reason).map(brief), [`end 1 ${reason} ${status}`]);
});

Deno.test("with the policy never a late failure ends nothing again", () => {
  const scripted = scriptedSession({ failurePolicy: "never" });
  for (const frame of [startTrace("a"), startTrace("b", LATER), failure("late")]) scripted.receive(frame);
  assert.deepEqual(scripted.records.map(brief).slice(3), ["event 1"]);
});

Deno.test("an end that is said again keeps the time of the first", () => {
  const scripted = scriptedSession();
  for (const frame of [startTrace("a"), startTrace("b", LATER), failure("late")]) scripted.receive(frame);
  const ends = scripted.records.filter(({ kind }) => kind === "end");
  assert.equal(ends.length, 2);
  assert.equal(JSON.parse(ends[0]?.text ?? "").endedAtMs, ends[0]?.receivedAtMs);
  assert.equal(JSON.parse(ends[1]?.text ?? "").endedAtMs, ends[0]?.receivedAtMs);
  assert.ok((ends[1]?.receivedAtMs ?? 0) > (ends[0]?.receivedAtMs ?? 0));
});

Deno.test("a session that received nothing leaves nothing, and ends once", () => {
  assert.deepEqual(scriptedSession().end(), []);
  const scripted = scriptedSession();
  scripted.receive(recordEvent());
  assert.equal(scripted.end().length, 1);
  assert.deepEqual(scripted.end(), []);
});

Deno.test.each([
  [startTrace("f"), "store", `{"TraceStarted":{"trace_id":"${numberedId(1)}"}}`],
  [recordEvent(), "store", OK],
  [storeTrace("urn:uuid:" + numberedId(50)), "store", `{"TraceStored":{"trace_id":"${numberedId(50)}"}}`],
  [`"Ping"`, "answer", `"Pong"`],
  [`{"Subscribe":{"filters":{}}}`, "subscribe", OK],
  [`"Unsubscribe"`, "unsubscribe", OK],
  [
    `{"Subscribe":{"filter":{}}}`,
    "refused",
    /^\{"Error":\{"message":"Cannot subscribe .* instead"\}\}$/,
  ],
  [
    "nonsense",
    "refused",
    /^\{"Error":\{"message":"Cannot read frame as JSON: .*","code":"InvalidRequest"\}\}$/,
  ],
])("a session answers %s with a step of kind %s", (frame, kind, answer) => {
  const step = scriptedSession().receive(frame);
  assert.equal(step.kind, kind);
  assert.ok("answer" in step);
  if (typeof answer === "string") assert.equal(step.answer, answer);
  else assert.match(step.answer, answer);
});

Deno.test.each([
  [`{"GetTrace":{"trace_id":"${numberedId(1)}"}}`, "ask"],
  [`{"QueryTraces":{"query":{}}}`, "ask"],
  [`{"GetFlowVersions":{"flow_id":"f"}}`, "ask"],
  [`"GetMetrics"`, "metrics"],
])("a session leaves the answer to %s to others", (frame, kind) => {
  const step = scriptedSession().receive(frame);
  assert.equal(step.kind, kind);
  if (step.kind === "ask") assert.deepEqual(step.request, parseRequest(frame));
});

Deno.test("a repetition is answered like the first and is no news to subscribers", () => {
  const scripted = scriptedSession();
  const frame = recordEvent();
  const first = scripted.receive(frame);
  assert.ok(first.kind === "store" && first.event?.trace.id === numberedId(1));
  assert.deepEqual(scripted.receive(frame), { kind: "repeat", answer: OK });
});

Deno.test("a session remembers the last thousand event ids and forgets older ones (I5, I7)", () => {
  const scripted = scriptedSession();
  const frames = Array.from({ length: 3000 }, () => recordEvent());
  for (const frame of frames) scripted.receive(frame);
  for (const frame of frames.slice(-1000)) assert.equal(scripted.receive(frame).kind, "repeat");
  assert.equal(scripted.receive(frames[0] ?? "").kind, "store");
});
