import assert from "node:assert/strict";
import fc from "fast-check";
import { newUuid, parseUuid, type Uuid } from "../ids/mod.ts";
import { joinBody, splitBody } from "./bodies.ts";
import { decodeRecord, encodeRecord, onOneLine, type RecordKind } from "./record.ts";

const KINDS: readonly RecordKind[] = ["trace", "event", "store", "end", "lost"];
const TRACE_ID = uuid("6ba7b810-9dad-41d1-80b4-00c04fd430c8");

Deno.test.each(
  [
    ["trace", "T"],
    ["event", "E"],
    ["store", "S"],
    ["end", "X"],
    ["lost", "L"],
  ] as const,
)("encodeRecord() writes a %s record with the letter %s", (kind, letter) => {
  const record = { kind, receivedAtMs: 1_763_849_700_127, session: 7, traceId: TRACE_ID, text: `{"a":\t1}` };
  const line = `${letter}1763849700127\t7\t${TRACE_ID}\t{"a":\t1}`;
  assert.equal(encodeRecord(record), line);
  assert.deepEqual(decodeRecord(line), record);
});

Deno.test("decodeRecord() reads back what encodeRecord() wrote, for any JSON text", () => {
  const text = fc.tuple(fc.jsonValue(), fc.constantFrom("", " ", "\t", "  "))
    .map(([value, indent]) => JSON.stringify(value, null, indent));
  const record = fc.record({
    kind: fc.constantFrom(...KINDS),
    receivedAtMs: fc.nat({ max: 999_999_999_999_999 }),
    session: fc.nat(),
    traceId: fc.uuid().map(uuid),
    text,
  });
  fc.assert(fc.property(record, (given) => {
    const line = encodeRecord(given);
    assert.ok(!line.includes("\n") && !line.includes("\r"));
    const read = decodeRecord(line);
    assert.ok(read !== undefined);
    assert.deepEqual({ ...read, text: "" }, { ...given, text: "" });
    assert.deepEqual(JSON.parse(read.text), JSON.parse(given.text));
    // Without line breaks between the tokens not a character changes.
    if (!given.text.includes("\n")) assert.equal(read.text, given.text);
  }));
});

Deno.test.each([
  ["an escaped line break", `{"a":"x\\ny"}`],
  ["emoji", `{"a":"🚀👩‍🚀"}`],
  ["the line separators of Unicode", `{"a":"\u2028\u2029\u0085"}`],
  ["an escaped lone surrogate", `{"a":"\\ud800"}`],
  ["an escaped NUL", `{"a":"\\u0000"}`],
  ["tabs between tokens", `{\t"a"\t:\t1\t}`],
])("encodeRecord() keeps %s as it stands", (_name, text) => {
  const line = encodeRecord({ kind: "event", receivedAtMs: 1, session: 1, traceId: TRACE_ID, text });
  assert.equal(line.split("\n").length, 1);
  assert.equal(decodeRecord(line)?.text, text);
});

Deno.test("onOneLine() turns each raw line break into one space", () => {
  assert.equal(onOneLine(`{\r\n"a":\n1}`), `{  "a": 1}`);
});

Deno.test.each([
  ["nothing", ""],
  ["an unknown letter", `Q1\t1\t${TRACE_ID}\t{}`],
  ["a lower-case letter", `e1\t1\t${TRACE_ID}\t{}`],
  ["no time", `E\t1\t${TRACE_ID}\t{}`],
  ["a time with a fraction", `E1.5\t1\t${TRACE_ID}\t{}`],
  ["a negative time", `E-1\t1\t${TRACE_ID}\t{}`],
  ["a time that is too long", `E1234567890123456\t1\t${TRACE_ID}\t{}`],
  ["a session that is no number", `E1\tx\t${TRACE_ID}\t{}`],
  ["an empty session", `E1\t\t${TRACE_ID}\t{}`],
  ["a broken trace id", `E1\t1\t${TRACE_ID.slice(1)}\t{}`],
  ["no text", `E1\t1\t${TRACE_ID}`],
])("decodeRecord() refuses a line with %s", (_name, line) => {
  assert.equal(decodeRecord(line), undefined);
});

Deno.test("decodeRecord() refuses a line that is cut inside its envelope", () => {
  const line = encodeRecord({ kind: "event", receivedAtMs: 12, session: 3, traceId: TRACE_ID, text: "{}" });
  for (let length = 0; length < line.length - 2; length++) {
    assert.equal(decodeRecord(line.slice(0, length)), undefined, `cut to ${length}`);
  }
});

Deno.test("splitBody() takes apart what joinBody() joined, whatever the names and the frame hold", () => {
  const name = fc.option(fc.string({ unit: "binary" }));
  const labels = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }));
  const body = fc.record({ flow: name, service: name, environment: name, host: name, labels });
  fc.assert(fc.property(body, fc.string(), (given, frame) => {
    const executionId = newUuid();
    const split = splitBody(joinBody({ ...given, executionId, firstEventTime: null }, frame));
    assert.equal(split.frame, frame);
    assert.deepEqual(split.body, JSON.parse(JSON.stringify({ ...given, executionId, firstEventTime: null })));
  }));
});

Deno.test("splitBody() throws when the body is not JSON", () => {
  assert.throws(() => splitBody("nonsense\t{}"), SyntaxError);
});

function uuid(text: string): Uuid {
  const id = parseUuid(text);
  assert.ok(id !== undefined);
  return id;
}
