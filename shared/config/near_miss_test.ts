import assert from "node:assert/strict";
import { editDistance, nearMiss } from "./near_miss.ts";

const names = ["bind_address", "max_connections", "url"];
const cases: readonly (readonly [string, string | undefined])[] = [
  ["bind_adress", "bind_address"],
  ["bind-address", "bind_address"],
  ["MAX_CONNECTIONS", "max_connections"],
  ["ulr", "url"],
  ["completely_other", undefined],
  ["", undefined],
  ["x".repeat(1_000_000), undefined],
];
for (const [word, expected] of cases) {
  Deno.test(`nearMiss() answers ${expected} when asked for "${word.slice(0, 20)}"`, () => {
    assert.equal(nearMiss(word, names), expected);
  });
}

Deno.test("editDistance() counts a swap of neighbours once", () => {
  assert.equal(editDistance("abcd", "abdc"), 1);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("kitten", "sitting"), 3);
});
