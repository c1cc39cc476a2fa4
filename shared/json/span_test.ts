import assert from "node:assert/strict";
import fc from "fast-check";
import {
  elementSpans,
  memberSpans,
  memberText,
  nestingDepth,
  parseLossless,
  valueEnd,
  withoutMember,
} from "./mod.ts";

Deno.test("memberText() keeps the text of numbers and strings", () => {
  const text = ` { "a" : 18446744073709551615 , "b\\u0000":"\\ud800\\"}", "c":{"d":[1.0,{}]},"a":-0.0 } `;
  assert.equal(memberText(text, "a"), "-0.0");
  assert.equal(memberText(text, "b\0"), `"\\ud800\\"}"`);
  assert.equal(memberText(text, "c"), `{"d":[1.0,{}]}`);
  assert.equal(memberText(text, "x"), undefined);
});

Deno.test("memberSpans() and elementSpans() cut each value out of any JSON text", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 4), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    if (Array.isArray(value)) {
      const cut = elementSpans(text).map((span) => JSON.parse(text.slice(span.start, span.end)));
      assert.deepEqual(cut, JSON.parse(text));
    } else if (typeof value === "object" && value !== null) {
      const cut = [...memberSpans(text)].map(([name, s]) => [name, JSON.parse(text.slice(s.start, s.end))]);
      assert.deepEqual(new Map(cut as [string, unknown][]), new Map(Object.entries(JSON.parse(text))));
    }
  }));
});

Deno.test("withoutMember() leaves out one member and keeps the rest as written", () => {
  assert.equal(withoutMember(`{"x":1.0, "events":[{}], "y":1e400}`, "events"), `{"x":1.0,"y":1e400}`);
  assert.equal(withoutMember(`{"events":[]}`, "events"), `{}`);
});

Deno.test.each([["1", 0], ["{}", 1], [`{"a":"[[[{"}`, 1], ["[[],[[]]]", 3], [`["\\"[",[1]]`, 2]] as const)(
  "nestingDepth(%s) is %i",
  (text, depth) => {
    assert.equal(nestingDepth(text), depth);
  },
);

Deno.test("parseLossless() keeps the text of every number", () => {
  const text = `{"u64":18446744073709551615,"f":[1.0,-0.0,1e-7],"__proto__":{"x":1E5}}`;
  assert.equal(JSON.stringify(parseLossless(text)), text);
});

Deno.test.each([[`{"a":"}"} ,1`, 0, 9], [`[1, 22,3]`, 4, 6], [`x"\\"" `, 1, 5], ["1.5e3", 0, 5]] as const)(
  "valueEnd(%j, %i) is %i",
  (text, from, end) => {
    assert.equal(valueEnd(text, from), end);
  },
);
