import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEventHead } from "./event_head.ts";
import { parseOrdinaryEvent } from "./ordinary_event.ts";
import { takeEvent } from "./take_event.ts";

const RECORDED = ["simple", "complete", "flow3-a", "fleet"].flatMap((name) =>
  Deno.readTextFileSync(new URL(`../../tests/fixtures/recordings/${name}.ndjson`, import.meta.url))
    .trim().split("\n").map((line) => JSON.parse(line).frame)
    .filter((frame) => typeof frame === "string" && frame.startsWith(`{"RecordEvent"`))
);
const SAMPLE: string = RECORDED[0];

/** What the general path makes of a frame. */
function general(frame: string) {
  const body = JSON.parse(frame).RecordEvent;
  return {
    kind: "record_event",
    clientTraceId: body.trace_id,
    event: parseEventHead(body.event, "RecordEvent.event"),
  };
}

Deno.test("parseOrdinaryEvent() reads every event that real programs sent, as the general path does", () => {
  assert.ok(RECORDED.length > 4000);
  for (const frame of RECORDED) assert.deepEqual(parseOrdinaryEvent(frame), general(frame));
});

Deno.test("parseOrdinaryEvent() agrees with the general path on whatever it accepts", () => {
  // Mutations of a real frame at any place: most are refused, none may be read differently.
  const piece = fc.constantFrom(
    "",
    `"`,
    "\\",
    "0",
    "9",
    ",",
    "}",
    "{",
    " ",
    "\n",
    "-",
    "é",
    "🚀",
    "e",
    "null",
    `","`,
  );
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.nat(SAMPLE.length),
      fc.nat(12),
      piece,
      fc.nat(RECORDED.length - 1),
      (at, drop, insert, which) => {
        const frame: string = RECORDED[which];
        const mutant = frame.slice(0, at) + insert + frame.slice(at + drop);
        const ordinary = parseOrdinaryEvent(mutant);
        if (ordinary === undefined) return;
        accepted++;
        assert.deepEqual(ordinary, general(mutant));
        const taken = takeEvent(mutant);
        assert.deepEqual(JSON.parse(taken?.text ?? "null"), JSON.parse(mutant).RecordEvent.event);
      },
    ),
    { numRuns: 20_000 },
  );
  assert.ok(accepted > 100, `only ${accepted} mutants were accepted`);
});

Deno.test.each([
  ["a day that the month lacks", SAMPLE.replace(/2026-11-\d\d/, "2026-11-31")],
  ["an escape", SAMPLE.replace(`"actor_id":"`, `"actor_id":"\\u0041`)],
  ["a raw control character", SAMPLE.replace(`"actor_id":"`, `"actor_id":"\t`)],
  ["a DataFlow without its fields", SAMPLE.replace(/"event_type":"[A-Za-z]+"/, `"event_type":"DataFlow"`)],
  ["measured figures", SAMPLE.replace(`"execution_time_ns":0`, `"execution_time_ns":1`)],
  ["attributes", SAMPLE.replace(`"custom_attributes":{}`, `"custom_attributes":{"a":1}`)],
  ["another member", SAMPLE.replace(/\}\}$/, `},"extra":1}`)],
  ["whitespace", `${SAMPLE} `],
])("parseOrdinaryEvent() leaves an event with %s to the general path", (_name, frame) => {
  assert.notEqual(frame, SAMPLE);
  assert.equal(parseOrdinaryEvent(frame), undefined);
});

Deno.test("parseOrdinaryEvent() takes a time proportional to the length of a hostile frame", () => {
  const hostile = SAMPLE.replace(`"actor_id":"`, `"actor_id":"${"x".repeat(900_000)}`).replace(/\}\}$/, "");
  assert.equal(parseOrdinaryEvent(hostile), undefined);
});
