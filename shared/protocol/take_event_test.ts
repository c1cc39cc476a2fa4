import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_NESTING, parseRequest, takeEvent } from "./mod.ts";

const TRACE = "3f6c1f0e-8d2b-4a55-9c1e-0a4f5d2b7c11";
const OTHER = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
const A = eventText("a");
const B = eventText("b");

Deno.test.each(
  [
    ["as the real client writes it", `{"RecordEvent":{"trace_id":"${TRACE}","event":${A}}}`, A, TRACE, false],
    [
      "with whitespace",
      ` { "RecordEvent" : { "trace_id" : "${TRACE}" , "event" : ${A} } } `,
      A,
      TRACE,
      false,
    ],
    ["with whitespace at its end", `{"RecordEvent":{"trace_id":"${TRACE}","event":${A} }}`, A, TRACE, false],
    [
      "with its keys the other way round",
      `{"RecordEvent":{"event":${A},"trace_id":"${TRACE}"}}`,
      A,
      TRACE,
      true,
    ],
    ["without a trace id", `{"RecordEvent":{"event":${A}}}`, A, undefined, true],
    ["with a trace id that is none", `{"RecordEvent":{"trace_id":"x","event":${A}}}`, A, undefined, true],
    [
      "with a trace id in upper case",
      `{"RecordEvent":{"trace_id":"${TRACE.toUpperCase()}","event":${A}}}`,
      A,
      TRACE,
      true,
    ],
    ["with another member", `{"RecordEvent":{"trace_id":"${TRACE}","event":${A},"x":{}}}`, A, TRACE, true],
    ["with two events", `{"RecordEvent":{"trace_id":"${TRACE}","event":${A},"event":${B}}}`, B, TRACE, false],
    [
      "with two events, one escaped",
      `{"RecordEvent":{"trace_id":"${TRACE}","event":${A},"\\u0065vent":${B}}}`,
      B,
      TRACE,
      false,
    ],
    [
      "with two events, one spaced",
      `{"RecordEvent":{"trace_id":"${TRACE}","event":${A},"event" :${B}}}`,
      B,
      TRACE,
      false,
    ],
    [
      "with two trace ids",
      `{"RecordEvent":{"trace_id":"${TRACE}","event":${A},"trace_id":"${OTHER}"}}`,
      A,
      OTHER,
      false,
    ],
    [
      "named twice",
      `{"RecordEvent":{"trace_id":"${TRACE}","event":${A}},"\\u0052ecordEvent":{"trace_id":"${OTHER}","event":${B}}}`,
      B,
      OTHER,
      false,
    ],
  ] as const,
)("takeEvent() cuts the event out of a frame %s", (_name, frame, text, clientTraceId, isExtraordinary) => {
  assert.equal(parseRequest(frame).kind, "record_event");
  const taken = takeEvent(frame);
  assert.equal(taken?.text, text);
  assert.equal(taken?.clientTraceId, clientTraceId);
  assert.equal(taken?.isExtraordinary, isExtraordinary);
  assert.equal(taken?.head.actorId, text === A ? "a" : "b");
});

Deno.test.each([
  [`text that looks like a member`, `"x":"\\",\\"event\\":{}}}"`],
  [`a member of its own called event`, `"event":{"event":[]}`],
  [`braces in texts`, `"x":"}}{{"`],
  [`numbers with all their digits`, `"x":[18446744073709551615,1.0,-0.0,1e16]`],
  [`a key called __proto__`, `"__proto__":{"a":1}`],
  [`the same key twice`, `"x":1,"x":2`],
])("takeEvent() keeps an event as it stands when it holds %s", (_name, member) => {
  const event = A.replace("{", `{${member},`);
  assert.equal(takeEvent(`{"RecordEvent":{"trace_id":"${TRACE}","event":${event}}}`)?.text, event);
  assert.equal(takeEvent(`{"RecordEvent":{"event":${event}}}`)?.text, event);
});

Deno.test("takeEvent() gives the text of the event that JSON.parse() sees, whatever surrounds it", () => {
  const event = fc.tuple(fc.jsonValue(), fc.constantFrom("", " ", "\t")).map(([value, indent]) =>
    eventText("x", `,"more":${JSON.stringify(value, null, indent)}`)
  );
  const space = fc.constantFrom("", " ", "\n", "\t ");
  const member = fc.oneof(
    event.map((text) => ["event", text] as const),
    fc.constantFrom(TRACE, OTHER, "x").map((id) => ["trace_id", `"${id}"`] as const),
    fc.tuple(fc.constantFrom("y", "", "__proto__"), fc.json()).map(([name, text]) => [name, text] as const),
  );
  const frame = fc.tuple(event, fc.array(member, { maxLength: 3 }), fc.array(member, { maxLength: 3 }), space)
    .map(
      ([text, before, after, gap]) => {
        const members = [...before, ["event", text] as const, ...after];
        const body = members.map(([name, value]) => `${gap}"${name}"${gap}:${gap}${value}${gap}`).join(",");
        return `${gap}{"RecordEvent":{${body}}${gap}}`;
      },
    );
  fc.assert(fc.property(frame, (text) => {
    const parsed: { readonly RecordEvent: { readonly event: unknown } } = JSON.parse(text);
    const taken = takeEvent(text);
    assert.deepEqual(JSON.parse(taken?.text ?? "null"), parsed.RecordEvent.event);
    assert.ok(text.includes(taken?.text ?? "nothing"));
  }));
});

Deno.test.each([
  ["no JSON", "{"],
  ["a bare name", `"Ping"`],
  ["an array", `[{"RecordEvent":{"event":${A}}}]`],
  ["another request", `{"StartTrace":{"event":${A}}}`],
  ["a second request", `{"RecordEvent":{"event":${A}},"Ping":null}`],
  ["no event", `{"RecordEvent":{"trace_id":"${TRACE}"}}`],
  ["an event that is none", `{"RecordEvent":{"trace_id":"${TRACE}","event":{}}}`],
  [
    "too many levels",
    `{"RecordEvent":{"event":${
      A.replace("{", `{"x":${"[".repeat(MAX_NESTING)}${"]".repeat(MAX_NESTING)},`)
    }}}`,
  ],
])("takeEvent() takes nothing out of a frame with %s, which parseRequest() refuses", (_name, frame) => {
  if (frame !== `"Ping"`) assert.equal(parseRequest(frame).kind, "refused");
  assert.equal(takeEvent(frame), undefined);
});

function eventText(actorId: string, more = ""): string {
  return `{"event_id":"${OTHER}","timestamp":"2025-11-22T22:15:00Z","event_type":"ActorCreated",` +
    `"actor_id":"${actorId}"${more}}`;
}
