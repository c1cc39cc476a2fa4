import assert from "node:assert/strict";
import { memberText } from "@reflow/shared/json";
import { flowTraceFrame, flowTraceParts, listedTrace } from "./flow_trace.ts";
import { strictTrace } from "./strict_trace.ts";
import type { TraceRow } from "./trace_sql.ts";

const ID = "0199c0de-0000-7000-8000-000000000001";

function row(columns: Partial<TraceRow> = {}): TraceRow {
  return {
    trace_id: ID,
    origin: "session",
    collector_id: ID,
    stream_id: ID,
    session: "7",
    execution_id: ID,
    flow_name: "weather",
    flow_id: "cut",
    service: "simple",
    environment: "production",
    host: "edge-1",
    labels: `{"team":"päy","flow":"shadowed","__proto__":"kept"}`,
    start_ns: "1763849700127883246",
    end_ns: "1763849704000000000",
    status: "Completed",
    error: null,
    end_reason: "disconnected",
    event_count: "18446744073709551615",
    failure_count: "0",
    start_body: null,
    stored_trace: null,
    received_ns: "1763849701000000000",
    ...columns,
  };
}

function whole(trace: TraceRow): string {
  const { head, tail } = flowTraceFrame(flowTraceParts(trace));
  return head + tail;
}

Deno.test("session trace keeps flow_id and version as sent when it was started", () => {
  const start_body =
    `{"flow_id":"\\u0000\\ud800", "version" : {"major":1 , "git_hash":"\\/","timestamp":"2025-11-22T22:15:00.10Z"}}`;
  const text = whole(row({ start_body }));
  assert.equal(memberText(text, "flow_id"), `"\\u0000\\ud800"`);
  assert.equal(
    memberText(text, "version"),
    `{"major":1 , "git_hash":"\\/","timestamp":"2025-11-22T22:15:00.10Z"}`,
  );
});

Deno.test("session trace borrows its name and has version 0.0.0 while it is provisional", () => {
  const trace = JSON.parse(whole(row()));
  assert.equal(trace.flow_id, "weather");
  assert.deepEqual(trace.version, {
    major: 0,
    minor: 0,
    patch: 0,
    git_hash: null,
    timestamp: "2025-11-22T22:15:00.127883246Z",
  });
  assert.deepEqual(Object.keys(trace), [
    "trace_id",
    "flow_id",
    "execution_id",
    "version",
    "start_time",
    "end_time",
    "status",
    "events",
    "metadata",
  ]);
  assert.equal(trace.end_time, "2025-11-22T22:15:04Z");
});

Deno.test("session trace tells names and labels as tags, and its names win over labels", () => {
  const { metadata } = JSON.parse(whole(row()));
  assert.deepEqual(Object.entries(metadata.tags).sort(), [
    ["__proto__", "kept"],
    ["flow", "weather"],
    ["reflow.end_reason", "disconnected"],
    ["service", "simple"],
    ["team", "päy"],
  ]);
  assert.equal(metadata.hostname, "edge-1");
});

Deno.test("stored trace comes back member by member as sent", () => {
  const stored_trace =
    `{"trace_id":"${ID}","status":{"Failed":{"error":"x"}},"process_id":4294967295,"later":1.0}`;
  const text = whole(row({ origin: "stored", stored_trace }));
  assert.equal(text, `${stored_trace.slice(0, -1)},"events":[]}`);
});

Deno.test("listed trace has one summary when the client sent a member of that name", () => {
  const stored_trace = `{"flow_id":"a","summary":"theirs"}`;
  const text = listedTrace(row({ origin: "stored", stored_trace }));
  assert.equal(text.split(`"summary"`).length, 2);
  const { summary } = JSON.parse(text);
  assert.equal(summary.started, true);
  assert.equal(summary.status_inferred, false);
});

Deno.test("listed trace keeps the digits of its counts", () => {
  assert.ok(listedTrace(row()).includes(`"event_count":18446744073709551615,`));
});

Deno.test("strict trace can be read by a Rust peer when the stored one could not", () => {
  const stored_trace =
    `{"trace_id":"${ID.toUpperCase()}","flow_id":"\\ud800","execution_id":7,"start_time":"x",` +
    `"version":{"major":"1","timestamp":"2025-11-22T22:15:00Z"},"end_time":7,"status":"Failed","metadata":{"tags":{"a":1}}}`;
  const text = strictTrace(row({ origin: "stored", stored_trace }), [`{"e":1}`]);
  assert.deepEqual(JSON.parse(text), {
    trace_id: ID,
    flow_id: "\uFFFD",
    execution_id: "00000000-0000-0000-0000-000000000000",
    version: { major: 0, minor: 0, patch: 0, git_hash: null, timestamp: "2025-11-22T22:15:00Z" },
    start_time: "1970-01-01T00:00:00Z",
    end_time: null,
    status: "Running",
    events: [{ e: 1 }],
    metadata: {
      user_id: null,
      session_id: null,
      environment: "",
      hostname: "",
      process_id: 0,
      thread_id: "",
      tags: {},
    },
  });
});
