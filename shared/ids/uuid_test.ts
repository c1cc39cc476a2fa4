import assert from "node:assert/strict";
import { newUuid, parseUuid } from "./mod.ts";

const CANONICAL = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";

Deno.test.each([
  ["canonical", CANONICAL],
  ["upper case", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"],
  ["without hyphens", "6ba7b8109dad41d180b400c04fd430c8"],
  ["braced", `{${CANONICAL}}`],
  ["a urn", `urn:uuid:${CANONICAL}`],
])("parseUuid() reads the %s form", (_name, text) => {
  assert.equal(parseUuid(text), CANONICAL);
});

Deno.test.each([
  ["an empty text", ""],
  ["a number", 7],
  ["null", null],
  ["one digit too many", `${CANONICAL}0`],
  ["a letter past f", CANONICAL.replace("6", "g")],
  ["a braced simple form with a hyphen missing", "{6ba7b8109dad-41d1-80b4-00c04fd430c8}"],
  ["a newline at the end", `${CANONICAL}\n`],
])("parseUuid() refuses %s", (_name, value) => {
  assert.equal(parseUuid(value), undefined);
});

Deno.test("newUuid() gives ids that parse and sort by creation", () => {
  const ids = Array.from({ length: 100 }, () => newUuid());
  assert.deepEqual(ids, [...ids].sort());
  for (const id of ids) assert.equal(parseUuid(id), id);
});
