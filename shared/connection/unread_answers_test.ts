import assert from "node:assert/strict";
import { UnreadAnswers } from "./unread_answers.ts";

const LIMITS = { maxBytes: 1_000_000, maxAnswers: 4096 };

Deno.test("small answers are too much by their number, also after a large one was read", () => {
  const unread = new UnreadAnswers(LIMITS);
  unread.sent(900_000);
  assert.equal(unread.isTooMuch(900_000), false);
  let waiting = 0;
  while (!unread.isTooMuch(waiting * 6)) {
    unread.sent(6);
    waiting++;
    assert.ok(waiting < 6000);
  }
  assert.ok(waiting >= 3072, String(waiting));
  // Everything is read: there is room again.
  assert.equal(unread.isTooMuch(0), false);
});

Deno.test("bytes are too much before their number is", () => {
  const unread = new UnreadAnswers(LIMITS);
  unread.sent(1_000_001);
  assert.equal(unread.isTooMuch(1_000_001), true);
  assert.equal(unread.isTooMuch(999_999), false);
});
