import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_NESTING, messageTypeName, parseRequest } from "./mod.ts";

const ID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
const TIME = "2025-11-22T22:15:00Z";
const VERSION = { major: 1, minor: 0, patch: 0, git_hash: null, timestamp: TIME };
const EVENT = { event_id: ID, timestamp: TIME, event_type: "ActorCreated", actor_id: "a" };
const STORED = {
  trace_id: ID,
  flow_id: "f",
  execution_id: ID,
  version: VERSION,
  start_time: TIME,
  status: "Running",
};

Deno.test.each(
  [
    ["an event without data and causality", record({}), "record_event"],
    ["an event whose data is null", record({ data: null }), "record_event"],
    [
      "figures that are null",
      record({ data: { performance_metrics: { cpu_usage_percent: null } } }),
      "record_event",
    ],
    ["an error that is no text", record({ data: { error: 7 } }), "record_event"],
    ["an unknown event type", record({ event_type: "Custom" }), "record_event"],
    ["an unknown event type with a value", record({ event_type: { Custom: "name" } }), "record_event"],
    [
      "a name with null for its missing fields",
      record({ event_type: { ActorCreated: null } }),
      "record_event",
    ],
    ["unknown fields everywhere", record({ x: 1, data: { y: {} } }), "record_event"],
    ["a time with offset and space", record({ timestamp: "2025-11-22 22:15:00+02:00" }), "record_event"],
    ["a trace id that is none", { RecordEvent: { trace_id: 7, event: EVENT } }, "record_event"],
    ["no trace id", { RecordEvent: { event: EVENT } }, "record_event"],
    ["a bare name with null", { Ping: null }, "ping"],
    ["Unsubscribe with null", { Unsubscribe: null }, "unsubscribe"],
    ["GetMetrics with null", { GetMetrics: null }, "get_metrics"],
    ["a query for everything", { QueryTraces: { query: {} } }, "query_traces"],
    ["filters for everything", { Subscribe: { filters: {} } }, "subscribe"],
    ["the older Subscribe", { Subscribe: { filter: {} } }, "legacy_subscribe"],
    ["a stored trace without events and metadata", { StoreTrace: { trace: STORED } }, "store_trace"],
    [
      "a stored trace whose events are null",
      { StoreTrace: { trace: { ...STORED, events: null } } },
      "store_trace",
    ],
    ["a version without git_hash", start({ version: { ...VERSION, git_hash: undefined } }), "start_trace"],
  ] as const,
)("parseRequest() accepts %s", (_name, value, kind) => {
  const request = parseRequest(JSON.stringify(value));
  assert.equal(request.kind, kind, JSON.stringify(request));
});

Deno.test.each([
  ["hyphens", ID],
  ["upper case", ID.toUpperCase()],
  ["32 digits", ID.replaceAll("-", "")],
  ["braces", `{${ID}}`],
  ["a urn", `urn:uuid:${ID}`],
])("parseRequest() reads a UUID written with %s", (_name, id) => {
  assert.deepEqual(parseRequest(JSON.stringify({ GetTrace: { trace_id: id } })), {
    kind: "get_trace",
    traceId: ID,
  });
});

Deno.test.each([
  ["whitespace around the frame", ` \r\n\t"Ping" \n`, { kind: "ping" }],
  ["an escaped bare name", `"\\u0050ing"`, { kind: "ping" }],
])("parseRequest() takes %s", (_name, text, request) => {
  assert.deepEqual(parseRequest(text), request);
});

Deno.test.each(
  [
    ["", /^Cannot read frame as JSON: /],
    ["{", /^Cannot read frame as JSON: /],
    [`"Ping"x`, /^Cannot read frame as JSON: /],
    [`\ufeff"Ping"`, /^Cannot read frame as JSON: /],
    ["7", /expected an object with one key or a bare name/],
    ["null", /expected an object with one key or a bare name/],
    [`["Ping"]`, /expected an object with one key or a bare name/],
    ["{}", /expected exactly one key that names the request, found 0/],
    [`{"Ping":null,"GetMetrics":null}`, /expected exactly one key that names the request, found 2/],
    [`"StartTrace"`, /"StartTrace" is not a request without fields/],
    [`"ping"`, /"ping" is not a request without fields, expected "Ping", "Unsubscribe" or "GetMetrics"/],
    [`{"Ping":{}}`, /^Cannot read Ping: it takes no fields, send "Ping"$/],
    [`{"Nonsense":{}}`, /^Cannot read frame: request "Nonsense" is unknown$/],
    [`{"__proto__":{}}`, /request "__proto__" is unknown/],
    [`{"StartTrace":["f",{}]}`, /^Cannot read StartTrace: expected an object with its fields$/],
    [start({ flow_id: 7 }), /^Cannot read StartTrace.flow_id: expected a text, found 7$/],
    [start({ version: null }), /^Cannot read StartTrace.version: expected an object$/],
    [
      start({ version: { ...VERSION, timestamp: "2025-06-31T00:00:00Z" } }),
      /version.timestamp: .*"2025-06-31T00:00:00Z"$/,
    ],
    [
      start({ version: { ...VERSION, minor: -1 } }),
      /^Cannot read StartTrace.version.minor: .* 0 to 4294967295$/,
    ],
    [start({ version: { ...VERSION, patch: 2 ** 32 } }), /^Cannot read StartTrace.version.patch: /],
    [start({ version: { ...VERSION, major: 1.5 } }), /^Cannot read StartTrace.version.major: /],
    [`{"RecordEvent":{}}`, /^Cannot read RecordEvent.event: expected an object, found nothing$/],
    [record({ event_id: "x" }), /^Cannot read RecordEvent.event.event_id: expected a UUID, found "x"$/],
    [record({ timestamp: 1763849700 }), /^Cannot read RecordEvent.event.timestamp: .* found 1763849700$/],
    [record({ timestamp: "2025-11-22T22:15:00" }), /timestamp: expected an RFC 3339 time with offset, found/],
    [record({ actor_id: null }), /^Cannot read RecordEvent.event.actor_id: expected a text, found null$/],
    [record({ data: [] }), /^Cannot read RecordEvent.event.data: expected an object, found \[\]$/],
    [record({ event_type: "DataFlow" }), /event_type: "DataFlow" needs its fields "to_actor" and "to_port"$/],
    [record({ event_type: {} }), /event_type: expected a name or an object with one key, found \{\}$/],
    [record({ event_type: { a: 1, b: 2 } }), /event_type: expected a name or an object with one key/],
    [
      record({ event_type: undefined }),
      /event_type: expected a name or an object with one key, found nothing$/,
    ],
    [record({ event_type: { DataFlow: null } }), /event_type.DataFlow: expected an object$/],
    [
      record({ event_type: { DataFlow: { to_actor: "a" } } }),
      /DataFlow.to_port: expected a text, found nothing$/,
    ],
    [`{"GetTrace":{"trace_id":"7"}}`, /^Cannot read GetTrace.trace_id: expected a UUID, found "7"$/],
    [`{"QueryTraces":{}}`, /^Cannot read QueryTraces.query: expected an object, found nothing$/],
    [query({ limit: -1 }), /^Cannot read QueryTraces.query.limit: expected an integer from 0, found -1$/],
    [query({ offset: 0.5 }), /query.offset: expected an integer from 0, found 0.5$/],
    [`{"QueryTraces":{"query":{"limit":1e400}}}`, /query.limit: expected an integer/],
    [query({ status: "Failed" }), /query.status: expected a status, found "Failed"$/],
    [query({ execution_id: 7 }), /query.execution_id: expected a UUID, found 7$/],
    [query({ time_range: [TIME] }), /query.time_range: expected two RFC 3339 times \["start","end"\], found/],
    [query({ time_range: [TIME, "yesterday"] }), /query.time_range: /],
    [query({ actor_filter: {} }), /query.actor_filter: expected a text, found \{\}$/],
    [`{"GetFlowVersions":{}}`, /^Cannot read GetFlowVersions.flow_id: expected a text, found nothing$/],
    [`{"Subscribe":{}}`, /^Cannot read Subscribe: expected the field "filters"$/],
    [`{"Subscribe":{"filters":null}}`, /^Cannot read Subscribe.filters: expected an object, found null$/],
    [subscribe({ actor_ids: "a" }), /filters.actor_ids: expected null or at most 1000 values$/],
    [
      subscribe({ flow_ids: Array.from({ length: 1001 }, () => "a") }),
      /filters.flow_ids: expected null or at most 1000/,
    ],
    [subscribe({ actor_ids: ["a", 7] }), /filters.actor_ids\[1\]: expected a text, found 7$/],
    [subscribe({ event_types: ["DataFlow"] }), /event_types\[0\]: "DataFlow" needs its fields, for example/],
    [subscribe({ event_types: [7] }), /event_types\[0\]: expected an event type, found 7$/],
    [subscribe({ status_filter: ["Failed"] }), /status_filter\[0\]: expected a status, found "Failed"$/],
    [`{"StoreTrace":{}}`, /^Cannot read StoreTrace.trace: expected an object$/],
    [store({ trace_id: null }), /^Cannot read StoreTrace.trace.trace_id: expected a UUID, found null$/],
    [store({ flow_id: undefined }), /^Cannot read StoreTrace.trace.flow_id: expected a text, found nothing$/],
    [
      store({ end_time: "later" }),
      /^Cannot read StoreTrace.trace.end_time: expected an RFC 3339 time, found "later"$/,
    ],
    [store({ status: "Failed" }), /trace.status: expected one of the five statuses, found "Failed"$/],
    [store({ version: {} }), /trace.version: expected an object with a timestamp$/],
    [store({ events: {} }), /^Cannot read StoreTrace.trace.events: expected an array$/],
    [
      store({ events: [EVENT, { ...EVENT, actor_id: 1 }] }),
      /trace.events\[1\].actor_id: expected a text, found 1$/,
    ],
  ] as const,
)("parseRequest() refuses %j and says what is wrong", (value, message) => {
  const request = parseRequest(typeof value === "string" ? value : JSON.stringify(value));
  assert.ok(request.kind === "refused", JSON.stringify(request));
  assert.equal(request.code, "InvalidRequest");
  assert.match(request.message, message);
});

Deno.test("parseRequest() repeats no more than the beginning of a wrong value, in whole characters", () => {
  for (let shift = 0; shift < 3; shift++) {
    const request = parseRequest(
      JSON.stringify(record({ timestamp: "x".repeat(shift) + "🚀".repeat(10_000) })),
    );
    assert.ok(request.kind === "refused");
    assert.ok(request.message.length < 200);
    assert.ok(request.message.isWellFormed());
  }
});

Deno.test.each(
  [
    ["arrays", "[", "]"],
    ["objects", `{"a":`, "}"],
  ] as const,
)("parseRequest() accepts 128 levels of %s and refuses one more", (_name, open, close) => {
  const frame = (levels: number) => {
    // The request, its body, the event and its data stand around the value.
    const value = open.repeat(levels - 4) + "0" + close.repeat(levels - 4);
    return JSON.stringify(record({ data: { x: "@" } })).replace(`"@"`, value);
  };
  assert.equal(parseRequest(frame(MAX_NESTING)).kind, "record_event");
  const refused = parseRequest(frame(MAX_NESTING + 1));
  assert.ok(refused.kind === "refused");
  assert.equal(refused.message, "Cannot read frame: it nests 129 levels deep, the limit is 128");
});

Deno.test("parseRequest() is not fooled by brackets in texts", () => {
  assert.equal(parseRequest(JSON.stringify(record({ actor_id: "[{".repeat(5000) }))).kind, "record_event");
});

Deno.test("parseRequest() refuses a megabyte of brackets", () => {
  assert.equal(parseRequest("[".repeat(1024 * 1024)).kind, "refused");
  assert.equal(parseRequest("[".repeat(500_000) + "]".repeat(500_000)).kind, "refused");
});

Deno.test("parseRequest() never throws, whatever the frame is", () => {
  const names = ["RecordEvent", "StartTrace", "StoreTrace", "GetTrace", "QueryTraces", "Subscribe", "Ping"];
  const inner = ["event", "trace", "query", "filters", "filter", "version", "trace_id", "flow_id"];
  const body = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...inner), fc.jsonValue()));
  const frame = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(fc.constantFrom(...names), body).map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(frame, (text) => {
    const request = parseRequest(text);
    if (request.kind === "refused") assert.match(request.message, /^Cannot /);
  }));
});

Deno.test.each([
  ["Discriminant(0)", "Flow"],
  ["Discriminant(3)", "Integer"],
  ["Discriminant(10)", "Optional"],
  ["Discriminant(14)", "NetworkEvent"],
  ["Discriminant(15)", "Discriminant(15)"],
  ["SensorReading", "SensorReading"],
  ["", ""],
])("messageTypeName(%s) is %s", (given, name) => {
  assert.equal(messageTypeName(given), name);
});

function record(fields: Readonly<Record<string, unknown>>) {
  return { RecordEvent: { trace_id: ID, event: { ...EVENT, ...fields } } };
}

function start(fields: Readonly<Record<string, unknown>>) {
  return { StartTrace: { flow_id: "f", version: VERSION, ...fields } };
}

function store(fields: Readonly<Record<string, unknown>>) {
  return { StoreTrace: { trace: { ...STORED, ...fields } } };
}

function query(fields: Readonly<Record<string, unknown>>) {
  return { QueryTraces: { query: fields } };
}

function subscribe(fields: Readonly<Record<string, unknown>>) {
  return { Subscribe: { filters: fields } };
}
