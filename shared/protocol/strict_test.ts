import assert from "node:assert/strict";
import { memberText } from "../json/mod.ts";
import { strictEvent, strictMetadata, strictVersion } from "./mod.ts";

const HEAD =
  `"event_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","timestamp":"2025-11-22T22:15:00Z","actor_id":"a"`;
const NIL = "00000000-0000-0000-0000-000000000000";

Deno.test("strictEvent() fills in every field that is missing", () => {
  assert.deepEqual(JSON.parse(strictEvent(`{${HEAD},"event_type":"ActorCreated"}`)), {
    event_id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    timestamp: "2025-11-22T22:15:00Z",
    event_type: "ActorCreated",
    actor_id: "a",
    data: {
      port: null,
      message: null,
      state_diff: null,
      error: null,
      performance_metrics: {
        execution_time_ns: 0,
        memory_usage_bytes: 0,
        cpu_usage_percent: 0,
        queue_depth: 0,
        throughput_msgs_per_sec: 0,
      },
      custom_attributes: {},
    },
    causality: { parent_event_id: null, root_cause_event_id: NIL, dependency_chain: [], span_id: "" },
  });
});

Deno.test.each([
  ["18446744073709551615", "18446744073709551615"],
  ["9007199254740993", "9007199254740993"],
  ["18446744073709551616", "0"],
  ["-1", "0"],
  ["-0.0", "0"],
  ["1.0", "1"],
  ["1e3", "1000"],
  ["1.5", "0"],
  ["1e400", "0"],
  ["null", "0"],
  [`"7"`, "0"],
])("strictEvent() writes the integer %s as %s", (given, written) => {
  const metrics = metricsOf(`{"queue_depth":${given}}`);
  assert.equal(memberText(metrics, "queue_depth"), written);
});

Deno.test.each([
  ["33.3", "33.3"],
  ["-0.0", "-0.0"],
  ["3.4028235e38", "3.4028235e38"],
  ["1e39", "0.0"],
  ["-1e39", "0.0"],
  ["null", "0.0"],
])("strictEvent() writes the f32 %s as %s", (given, written) => {
  assert.equal(memberText(metricsOf(`{"cpu_usage_percent":${given}}`), "cpu_usage_percent"), written);
});

Deno.test.each([
  ["1.7976931348623157e308", "1.7976931348623157e308"],
  ["1e16", "1e16"],
  ["1e-7", "1e-7"],
  ["1e400", "0.0"],
])("strictEvent() writes the f64 %s as %s", (given, written) => {
  assert.equal(
    memberText(metricsOf(`{"throughput_msgs_per_sec":${given}}`), "throughput_msgs_per_sec"),
    written,
  );
});

Deno.test.each([
  [`"Custom"`, `"NetworkEvent"`, `"Custom"`],
  [`{"Custom":{"a":1.0}}`, `"NetworkEvent"`, `{"Custom":{"a":1.0}}`],
  [`{"ActorCreated":null}`, `"ActorCreated"`, undefined],
  [`{"ActorCreated":{}}`, `"NetworkEvent"`, `{"ActorCreated":{}}`],
  [`"toString"`, `"NetworkEvent"`, `"toString"`],
  [
    `{"DataFlow":{"to_port":"p","to_actor":"b","x":1}}`,
    `{"DataFlow":{"to_actor":"b","to_port":"p"}}`,
    undefined,
  ],
])("strictEvent() writes the event type %s as %s", (given, written, attribute) => {
  const strict = strictEvent(`{${HEAD},"event_type":${given},"data":{"custom_attributes":{"k":1e5}}}`);
  assert.equal(memberText(strict, "event_type"), written);
  const attributes = memberText(memberText(strict, "data") ?? "", "custom_attributes") ?? "";
  assert.equal(memberText(attributes, "k"), "1e5");
  assert.equal(memberText(attributes, "reflow.event_type"), attribute);
});

Deno.test("strictEvent() keeps what attributes hold and mends what a peer could not read", () => {
  const given = `{"":1,"__proto__":{"x":18446744073709551615},"big":1e400,"half":"\\ud800","\\udfff":[1.0]}`;
  const strict = strictEvent(`{${HEAD},"event_type":"X","data":{"custom_attributes":${given}}}`);
  const attributes = memberText(memberText(strict, "data") ?? "", "custom_attributes");
  assert.equal(
    attributes,
    `{"":1,"__proto__":{"x":18446744073709551615},"big":null,"half":"\ufffd","\ufffd":[1.0],` +
      `"reflow.event_type":"X"}`,
  );
});

Deno.test("strictEvent() keeps null and an empty array apart", () => {
  const of = (diff: string) =>
    memberText(
      memberText(strictEvent(`{${HEAD},"event_type":"X","data":{"state_diff":${diff}}}`), "data") ?? "",
      "state_diff",
    );
  assert.equal(of(`{"before":null,"after":[]}`), `{"before":null,"after":[],"diff_type":"Full"}`);
  assert.equal(
    of(`{"before":[],"after":[0,255,256,-1,1.0,null],"diff_type":"MemoryOnly"}`),
    `{"before":[],"after":[0,255],"diff_type":"MemoryOnly"}`,
  );
  assert.equal(of("null"), "null");
});

Deno.test("strictEvent() writes ids in one form and leaves out those that are none", () => {
  const strict = strictEvent(
    `{"event_id":"6BA7B8109DAD41D180B400C04FD430C8","timestamp":"2025-11-22T22:15:00Z","actor_id":"a","event_type":"X",` +
      `"causality":{"parent_event_id":"x","dependency_chain":["urn:uuid:6BA7B810-9DAD-41D1-80B4-00C04FD430C8",1]}}`,
  );
  assert.equal(memberText(strict, "event_id"), `"6ba7b810-9dad-41d1-80b4-00c04fd430c8"`);
  assert.equal(
    memberText(strict, "causality"),
    `{"parent_event_id":null,"root_cause_event_id":"${NIL}",` +
      `"dependency_chain":["6ba7b810-9dad-41d1-80b4-00c04fd430c8"],"span_id":""}`,
  );
});

Deno.test("strictVersion() keeps a version within u32 and fills in the rest", () => {
  assert.equal(
    strictVersion(
      `{"major":4294967295,"minor":4294967296,"git_hash":"9f1c2ab","timestamp":"2025-11-22T22:15:00.1Z"}`,
    ),
    `{"major":4294967295,"minor":0,"patch":0,"git_hash":"9f1c2ab","timestamp":"2025-11-22T22:15:00.1Z"}`,
  );
});

Deno.test("strictMetadata() keeps tags that are texts", () => {
  assert.equal(
    strictMetadata(`{"user_id":"u","process_id":4242,"tags":{"a":"b","n":1,"__proto__":"x"}}`),
    `{"user_id":"u","session_id":null,"environment":"","hostname":"","process_id":4242,"thread_id":"",` +
      `"tags":{"a":"b","__proto__":"x"}}`,
  );
});

function metricsOf(metrics: string): string {
  const strict = strictEvent(
    `{${HEAD},"event_type":"ActorCreated","data":{"performance_metrics":${metrics}}}`,
  );
  return memberText(memberText(strict, "data") ?? "", "performance_metrics") ?? "";
}
