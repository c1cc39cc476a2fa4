import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeCursor, encodeCursor } from "./cursor.ts";

Deno.test("cursor gives its key back when scope and shape are the same", () => {
  const key = fc.tuple(
    fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }).map(String),
    fc.nat().map(String),
    fc.uuid(),
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
  );
  fc.assert(fc.property(fc.string(), key, (scope, parts) => {
    const shape = ["nanos", "integer", "uuid", "text"] as const;
    assert.deepEqual(decodeCursor(encodeCursor(scope, parts), scope, shape), parts);
  }));
});

Deno.test("cursor is refused when it belongs to another list", () => {
  const cursor = encodeCursor("traces {}", ["1"]);
  assert.equal(decodeCursor(cursor, `traces {"flow":"a"}`, ["integer"]), undefined);
});

Deno.test("cursor is refused when a part is not of its kind", () => {
  const cases = [
    ["1.5", "nanos"],
    ["1; DROP TABLE", "integer"],
    ["9".repeat(19), "integer"],
    ["-1", "integer"],
    ["x", "uuid"],
    ["a\0b", "text"],
  ] as const;
  for (const [part, kind] of cases) {
    assert.equal(decodeCursor(encodeCursor("s", [part]), "s", [kind]), undefined, `${part} as ${kind}`);
  }
  assert.equal(decodeCursor(encodeCursor("s", ["1", "2"]), "s", ["integer"]), undefined);
});

Deno.test("cursor is refused and nothing is thrown when the text is any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(decodeCursor(text, "s", ["integer"]), undefined);
  }));
});
