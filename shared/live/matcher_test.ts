import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRequest, type SubscriptionFilters } from "../protocol/mod.ts";
import { createMatcher, glob, type LiveFacts } from "./matcher.ts";

const EVENT: LiveFacts = {
  head: {
    eventId: parseId("6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
    timestamp: "2025-11-22T22:15:00Z",
    eventType: "ActorCompleted",
    actorId: "sensor_1",
    toActor: undefined,
    toPort: undefined,
    error: undefined,
  },
  flowId: "network_session_1763849700",
  flowName: "orders",
  status: { name: "Running" },
};
const FLOW: LiveFacts = {
  ...EVENT,
  head: { ...EVENT.head, eventType: "DataFlow", toActor: "analytics", toPort: "in" },
};
const FAILED: LiveFacts = { ...EVENT, status: { name: "Failed", error: "timeout after 3 s" } };

Deno.test.each(
  [
    ["nothing", {}, EVENT, true],
    [
      "null everywhere",
      { flow_ids: null, actor_ids: null, event_types: null, status_filter: null },
      EVENT,
      true,
    ],
    ["no flows", { flow_ids: [] }, EVENT, false],
    ["no actors", { actor_ids: [] }, EVENT, false],
    ["no types", { event_types: [] }, EVENT, false],
    ["no statuses", { status_filter: [] }, EVENT, false],
    ["the flow's id", { flow_ids: ["network_session_1763849700"] }, EVENT, true],
    ["the flow's name", { flow_ids: ["orders"] }, EVENT, true],
    ["another flow", { flow_ids: ["invoices"] }, EVENT, false],
    ["a pattern of the flow's id", { flow_ids: ["network_session_*"] }, EVENT, true],
    ["a pattern of the flow's name", { flow_ids: ["ord*"] }, EVENT, true],
    [
      "a flow by the name of one that has none",
      { flow_ids: ["orders"] },
      { ...EVENT, flowName: null },
      false,
    ],
    ["one of several flows", { flow_ids: ["x", "orders"] }, EVENT, true],
    ["the actor", { actor_ids: ["sensor_1"] }, EVENT, true],
    ["a part of the actor's id", { actor_ids: ["sensor"] }, EVENT, false],
    ["the actor in another case", { actor_ids: ["Sensor_1"] }, EVENT, false],
    ["a pattern of actors", { actor_ids: ["sensor_*"] }, EVENT, true],
    ["any actor", { actor_ids: ["*"] }, EVENT, true],
    ["the target of a DataFlow as actor", { actor_ids: ["analytics"] }, FLOW, false],
    ["the type", { event_types: ["ActorCompleted"] }, EVENT, true],
    ["another type", { event_types: ["ActorFailed"] }, EVENT, false],
    ["a type that upstream does not have", { event_types: ["Custom"] }, EVENT, false],
    ["DataFlow to anybody", { event_types: [flow("*", "*")] }, FLOW, true],
    ["DataFlow to anybody, for another type", { event_types: [flow("*", "*")] }, EVENT, false],
    ["DataFlow to the target", { event_types: [flow("analytics", "in")] }, FLOW, true],
    ["DataFlow to another port", { event_types: [flow("analytics", "out")] }, FLOW, false],
    ["DataFlow to another actor", { event_types: [flow("storage", "in")] }, FLOW, false],
    ["DataFlow to a pattern", { event_types: [flow("ana*", "*")] }, FLOW, true],
    ["one of several types", { event_types: ["ActorFailed", flow("*", "*")] }, FLOW, true],
    ["the status", { status_filter: ["Running"] }, EVENT, true],
    ["another status", { status_filter: ["Completed"] }, EVENT, false],
    ["the failure", { status_filter: [failed("timeout after 3 s")] }, FAILED, true],
    ["another failure", { status_filter: [failed("timeout")] }, FAILED, false],
    ["any failure", { status_filter: [failed("*")] }, FAILED, true],
    ["any failure, for a trace that runs", { status_filter: [failed("*")] }, EVENT, false],
    ["a pattern of failures", { status_filter: [failed("timeout*")] }, FAILED, true],
    ["flow and actor", { flow_ids: ["orders"], actor_ids: ["sensor_1"] }, EVENT, true],
    ["the flow and another actor", { flow_ids: ["orders"], actor_ids: ["x"] }, EVENT, false],
    ["the actor and no type", { actor_ids: ["sensor_1"], event_types: [] }, EVENT, false],
  ] as const,
)("createMatcher() that asks for %s", (_name, filters, facts, matches) => {
  assert.equal(createMatcher(parsed(filters))(facts), matches);
});

Deno.test.each(
  [
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "a\nb", true],
    ["a*", "a", true],
    ["*a", "a", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*a*b*", "xaxbx", true],
    ["*b*a*", "xaxbx", false],
    ["a**b", "ab", true],
    ["ab*ba", "aba", false],
    ["*.js", "a.js", true],
    ["*.js", "ajs", false],
    ["a?c", "abc", false],
    ["[a-z]", "a", false],
    ["(a+)+$", "(a+)+$", true],
  ] as const,
)("glob(%j) of %j is %j", (pattern, text, matches) => {
  assert.equal(glob(pattern)(text), matches);
});

Deno.test("glob() agrees with a regular expression", () => {
  const letters = fc.array(fc.constantFrom("a", "b", ".", "\n", "🚀"), { maxLength: 8 }).map((all) =>
    all.join("")
  );
  const pattern = fc.array(fc.constantFrom("a", "b", ".", "*", "\n", "🚀"), { maxLength: 6 }).map((all) =>
    all.join("")
  );
  fc.assert(
    fc.property(pattern, letters, (given, text) => {
      const source = given.split("*").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
      assert.equal(glob(given)(text), new RegExp(`^${source}$`, "s").test(text));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("glob() takes its time only once over a text that a backtracking matcher would never leave", () => {
  const test = glob("*a".repeat(500) + "*b");
  const text = "a".repeat(200_000);
  const begin = performance.now();
  assert.equal(test(text), false);
  assert.ok(performance.now() - begin < 1000);
});

function flow(actor: string, port: string) {
  return { DataFlow: { to_actor: actor, to_port: port } };
}

function failed(error: string) {
  return { Failed: { error } };
}

function parsed(filters: unknown): SubscriptionFilters {
  const request = parseRequest(JSON.stringify({ Subscribe: { filters } }));
  assert.ok(request.kind === "subscribe");
  return request.filters;
}

function parseId(id: string) {
  const request = parseRequest(JSON.stringify({ GetTrace: { trace_id: id } }));
  assert.ok(request.kind === "get_trace");
  return request.traceId;
}
