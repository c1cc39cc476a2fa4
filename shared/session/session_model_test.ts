import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRequest } from "../protocol/mod.ts";
import type { TraceRecord } from "../record/mod.ts";
import {
  failure,
  numberedId,
  recordEvent,
  type ScriptedSession,
  scriptedSession,
  startTrace,
  storeTrace,
} from "./_scripted.ts";

/** What a client can do, and what can happen to what it sent. */
type Action =
  | { readonly kind: "frame"; readonly frame: string }
  | { readonly kind: "storing failed" };

const second = fc.constantFrom("05", "15", "25", "35", "45.5", "59");
const storedId = fc.integer({ min: 500, max: 503 }).map(numberedId);
// Noise mostly; sometimes an id that the session may have given, or that a StoreTrace may have named.
const clientTraceId = fc.oneof(fc.uuid(), fc.integer({ min: 1, max: 6 }).map(numberedId), storedId);
const fields = fc.record({ id: fc.integer({ min: 1, max: 40 }), second, clientTraceId }, {
  noNullPrototype: true,
});
const frame = fc.oneof(
  { weight: 8, arbitrary: fields.map((given) => recordEvent(given)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fields, fc.constantFrom("x", "y", "")).map(([given, e]) => failure(e, given)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom("a", "b"), second).map(([flow, s]) => startTrace(flow, s)),
  },
  { weight: 1, arbitrary: storedId.map(storeTrace) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(`"Ping"`, "nonsense", `{"GetTrace":{"trace_id":"${numberedId(1)}"}}`),
  },
);
const sent: fc.Arbitrary<Action> = frame.map((frame) => ({ kind: "frame", frame }));
const lost: fc.Arbitrary<Action> = fc.constant({ kind: "storing failed" });

Deno.test("a session keeps I1 to I5 and I7 for any frames", () => {
  fc.assert(
    fc.property(
      fc.array(sent, { maxLength: 60 }),
      fc.constantFrom("any_failure", "never"),
      (actions, failurePolicy) => {
        const scripted = scriptedSession({ failurePolicy });
        for (const action of actions) play(scripted, action);
        scripted.end();
        assertEventsHaveTraces(scripted.records);
        assertTracesEndOnce(scripted.records);
        assertEventsOnce(scripted.records, actions);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("a session says again what was not stored, until it is", () => {
  const happening = fc.oneof({ weight: 5, arbitrary: sent }, { weight: 1, arbitrary: lost });
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 60 }),
      fc.array(fc.boolean(), { maxLength: 60 }),
      (actions, fates) => {
        const scripted = scriptedSession();
        const stored: TraceRecord[] = [];
        actions.forEach((action, index) => {
          const before = scripted.records.length;
          play(scripted, action);
          const isStored = fates[index] ?? true;
          if (isStored) stored.push(...scripted.records.slice(before));
          else if (scripted.records.length > before) scripted.session.storingFailed();
        });
        stored.push(...scripted.end());
        // Whatever was lost on the way: what is stored can be understood.
        const announced = new Set(
          stored.filter(({ kind }) => kind === "trace").map(({ traceId }) => traceId),
        );
        const ended = new Set(stored.filter(({ kind }) => kind === "end").map(({ traceId }) => traceId));
        for (const { kind, traceId } of stored) {
          if (kind === "event" && isOurs(traceId)) {
            assert.ok(
              announced.has(traceId),
              "an event without its trace",
            );
          }
        }
        assert.deepEqual(announced, ended);
      },
    ),
    { numRuns: 1000 },
  );
});

function play(scripted: ScriptedSession, action: Action): void {
  if (action.kind === "storing failed") return scripted.session.storingFailed();
  const before = scripted.records.length;
  const step = scripted.receive(action.frame);
  assert.ok(step.kind === "ask" || step.kind === "metrics" || step.answer !== "");
  // I7: one trace is open at a time; and a step says at most each of the known traces again, with its end.
  assert.ok(scripted.session.openTraces.length <= 1);
  assert.ok(scripted.records.length - before <= 2 * 18 + 2);
}

/** I1, I2: the trace of an event was opened before it by the session, or named by a StoreTrace. */
function assertEventsHaveTraces(records: readonly TraceRecord[]): void {
  const known = new Set<string>();
  for (const { kind, traceId } of records) {
    if (kind === "trace" || kind === "store") known.add(traceId);
    else assert.ok(known.has(traceId), `${kind} of an unknown trace`);
  }
}

/** I3, I4: each trace that was opened has an end, and a second one only when a failure changed how it ended. */
function assertTracesEndOnce(records: readonly TraceRecord[]): void {
  const ends = new Map<string, string[]>();
  for (const { kind, traceId, text } of records) {
    if (kind === "trace" && !ends.has(traceId)) ends.set(traceId, []);
    if (kind === "end") ends.get(traceId)?.push(JSON.parse(text).status);
  }
  for (const statuses of ends.values()) {
    assert.ok(
      statuses.length === 1 || (statuses.length === 2 && statuses.join() === "Completed,Failed"),
      statuses.join(),
    );
  }
}

/** I5: each event id is stored exactly once, with the text of its first arrival. */
function assertEventsOnce(records: readonly TraceRecord[], actions: readonly Action[]): void {
  const first = new Map<string, string>();
  for (const action of actions) {
    if (action.kind !== "frame") continue;
    const request = parseRequest(action.frame);
    if (request.kind === "record_event" && !first.has(request.event.eventId)) {
      first.set(request.event.eventId, action.frame);
    }
  }
  assert.deepEqual(records.filter(({ kind }) => kind === "event").map(({ text }) => text), [
    ...first.values(),
  ]);
}

function isOurs(traceId: string): boolean {
  return Number(traceId.slice(-12)) < 500;
}
