import assert from "node:assert/strict";
import { memberText } from "../json/mod.ts";
import { parseRequest, type Request, takeEvent } from "./mod.ts";

const SAMPLES = Deno.readTextFileSync(new URL("../../tests/fixtures/reflow-samples.ndjson", import.meta.url))
  .trimEnd().split("\n");

/** Section 15 of the protocol page, by line number; ranges are inclusive. */
const KINDS: readonly (readonly [from: number, to: number, kind: Request["kind"]])[] = [
  [1, 4, "start_trace"],
  [5, 53, "record_event"],
  [54, 54, "get_trace"],
  [55, 60, "query_traces"],
  [61, 61, "get_flow_versions"],
  [62, 62, "ping"],
  [63, 67, "subscribe"],
  [68, 68, "unsubscribe"],
  [69, 73, "store_trace"],
  [74, 74, "legacy_subscribe"],
  [75, 75, "get_metrics"],
];
const EXPECTED = KINDS.flatMap(([from, to, kind]) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ line: from + i, kind }))
);

Deno.test("the table covers every sample", () => {
  assert.equal(SAMPLES.length, 75);
  assert.deepEqual(EXPECTED.map(({ line }) => line), SAMPLES.map((_, index) => index + 1));
});

Deno.test.each([...EXPECTED])("parseRequest() understands sample line $line as $kind", ({ line, kind }) => {
  const request = parseRequest(sample(line));
  assert.equal(request.kind, kind, JSON.stringify(request));
});

Deno.test.each(EXPECTED.filter(({ kind }) => kind === "record_event").map(({ line }) => line))(
  "takeEvent() cuts the exact event out of sample line %i",
  (line) => {
    const frame = sample(line);
    const taken = takeEvent(frame);
    assert.equal(taken?.text, memberText(memberText(frame, "RecordEvent") ?? "", "event"));
    assert.equal(taken?.isExtraordinary, false);
    assert.equal(`{"RecordEvent":{"trace_id":"${taken?.clientTraceId}","event":${taken?.text}}}`, frame);
  },
);

Deno.test.each(EXPECTED.filter(({ kind }) => kind !== "record_event").map(({ line }) => line))(
  "takeEvent() finds no event in sample line %i",
  (line) => {
    assert.equal(takeEvent(sample(line)), undefined);
  },
);

Deno.test.each(
  [
    [9, { eventType: "DataFlow", actorId: "double", toActor: "format", toPort: "in" }],
    [10, { eventType: "ActorFailed", error: "cannot format six" }],
    [18, { eventType: "ActorFailed", error: "" }],
    [28, { actorId: "センサー①", toActor: "анализ-🧪", toPort: "entrée" }],
    [29, { toActor: "", toPort: "" }],
    [30, { toActor: "enricher@eu-west" }],
    [41, { timestamp: "2016-12-31T23:59:60.500Z" }],
    [42, { timestamp: "+10000-01-02T03:04:05Z" }],
    [47, { actorId: "" }],
    [49, { actorId: `we"ird\\id\0\u001f\x7f\u2028/x<script>` }],
    [53, { eventId: "e1a0c553-5af4-4610-ad3e-7847deff91d6" }],
  ] as const,
)("parseRequest() takes the head out of sample line %i", (line, expected) => {
  const request = parseRequest(sample(line));
  assert.ok(request.kind === "record_event");
  assert.deepEqual({ ...request.event, ...expected }, request.event);
});

Deno.test("parseRequest() reads the queries of the samples", () => {
  const query = (line: number) => {
    const request = parseRequest(sample(line));
    return request.kind === "query_traces" ? request.query : undefined;
  };
  const open = {
    flowId: undefined,
    executionId: undefined,
    timeRange: undefined,
    status: undefined,
    actorFilter: undefined,
    limit: undefined,
    offset: undefined,
  };
  assert.deepEqual(query(55), open);
  assert.deepEqual(query(56), {
    flowId: "network_session_1763849700",
    executionId: "88b9b605-b5cd-4741-9cc1-5b81aa3b8e34",
    timeRange: ["2025-11-22T00:00:00Z", "2025-11-22T23:59:59.999999999Z"],
    status: { name: "Failed", error: "cannot format six" },
    actorFilter: "proc",
    limit: 50,
    offset: 100,
  });
  assert.deepEqual(query(57), { ...open, status: { name: "Pending" }, limit: 0 });
  assert.deepEqual(query(58), {
    ...open,
    status: { name: "Running" },
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
  });
});

Deno.test("parseRequest() reads the filters of the samples", () => {
  const filters = (line: number) => {
    const request = parseRequest(sample(line));
    return request.kind === "subscribe" ? request.filters : undefined;
  };
  assert.deepEqual(filters(63), {
    flowIds: undefined,
    actorIds: undefined,
    eventTypes: undefined,
    statuses: undefined,
  });
  assert.deepEqual(filters(66), { flowIds: [], actorIds: [], eventTypes: [], statuses: [] });
  assert.deepEqual(filters(64)?.eventTypes?.at(-1), {
    name: "DataFlow",
    toActor: "analytics_engine",
    toPort: "input",
  });
  assert.deepEqual(filters(64)?.statuses?.[1], { name: "Failed", error: "timeout" });
  assert.equal(filters(67)?.eventTypes?.length, 11);
});

function sample(line: number): string {
  return SAMPLES[line - 1] ?? "";
}
