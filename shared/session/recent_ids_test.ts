import assert from "node:assert/strict";
import fc from "fast-check";
import { parseUuid, type Uuid } from "../ids/mod.ts";
import { RecentIds } from "./recent_ids.ts";

function id(text: string): Uuid {
  const parsed = parseUuid(text);
  assert(parsed !== undefined, text);
  return parsed;
}

const NIL = id("00000000-0000-0000-0000-000000000000");

Deno.test("add() tells ids apart that differ in one digit", () => {
  const recent = new RecentIds(100);
  assert.equal(recent.add(NIL), true);
  assert.equal(recent.add(NIL), false);
  for (let at = 0; at < NIL.length; at++) {
    if (NIL[at] === "-") continue;
    const other = id(`${NIL.slice(0, at)}f${NIL.slice(at + 1)}`);
    assert.equal(recent.add(other), true, other);
    assert.equal(recent.add(other), false, other);
  }
  assert.equal(recent.add(NIL), false);
});

Deno.test("clear() forgets everything", () => {
  const recent = new RecentIds(2);
  const ids = Array.from({ length: 5 }, () => id(crypto.randomUUID()));
  for (const one of [NIL, ...ids]) assert.equal(recent.add(one), true);
  recent.clear();
  for (const one of [NIL, ...ids]) assert.equal(recent.add(one), true);
});

Deno.test("add() answers like two sets of which the full one becomes the old one", () => {
  // Few different ids, so that many come again; the digits move through all words.
  const anyId = fc.tuple(fc.nat(7), fc.nat(35)).map(([digit, at]) => {
    const place = NIL[at] === "-" ? at + 1 : at;
    return id(`${NIL.slice(0, place)}${digit}${NIL.slice(place + 1)}`);
  });
  fc.assert(
    fc.property(
      fc.array(anyId, { maxLength: 400, size: "max" }),
      fc.integer({ min: 1, max: 60 }),
      (ids, capacity) => {
        const recent = new RecentIds(capacity);
        let young = new Set<string>();
        let old = new Set<string>();
        for (const one of ids) {
          const isNew = !young.has(one) && !old.has(one);
          if (isNew && young.size >= capacity) {
            old = young;
            young = new Set();
          }
          if (isNew) young.add(one);
          assert.equal(recent.add(one), isNew, one);
        }
      },
    ),
  );
});
