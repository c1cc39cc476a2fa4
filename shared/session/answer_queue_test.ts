import assert from "node:assert/strict";
import fc from "fast-check";
import { AnswerQueue } from "./mod.ts";

Deno.test("push() sends at once when nothing waits", () => {
  const { queue, sent } = open();
  queue.push("a");
  queue.push("b");
  assert.deepEqual(sent, ["a", "b"]);
  assert.equal(queue.length, 0);
});

Deno.test("answers wait for the durable one before them", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.push("a");
  queue.pushDurable("2");
  queue.push("b");
  assert.deepEqual(sent, []);
  assert.equal(queue.length, 4);
  queue.settleNext();
  assert.deepEqual(sent, ["1", "a"]);
  queue.settleNext();
  assert.deepEqual(sent, ["1", "a", "2", "b"]);
});

Deno.test("a durable answer that failed is changed and keeps its turn", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.pushDurable("2");
  queue.settleNext((text) => `not ${text}`);
  queue.settleNext();
  assert.deepEqual(sent, ["not 1", "2"]);
});

Deno.test("failLast() changes the youngest durable answer and no other", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.pushDurable("2");
  queue.failLast((text) => `not ${text}`);
  assert.deepEqual(sent, []);
  queue.settleNext();
  assert.deepEqual(sent, ["1", "not 2"]);
});

Deno.test("a reserved answer keeps its turn, whenever it comes", () => {
  const { queue, sent } = open();
  const first = queue.reserve();
  const second = queue.reserve();
  queue.push("c");
  second("b");
  assert.deepEqual(sent, []);
  first("a");
  assert.deepEqual(sent, ["a", "b", "c"]);
});

Deno.test("pushLikeLast() keeps its turn behind answers that came after the durable one", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.push("a");
  queue.pushLikeLast("1 again");
  queue.push("b");
  queue.settleNext();
  assert.deepEqual(sent, ["1", "a", "1 again", "b"]);
});

Deno.test("pushLikeLast() waits for the youngest durable answer", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.pushDurable("2");
  queue.pushLikeLast("again");
  queue.settleNext();
  assert.deepEqual(sent, ["1"]);
  queue.settleNext();
  assert.deepEqual(sent, ["1", "2", "again"]);
});

Deno.test("pushLikeLast() does not promise more than an older durable answer that failed", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.pushDurable("2");
  queue.pushLikeLast("1 again");
  queue.settleNext((text) => `not ${text}`);
  queue.settleNext();
  assert.deepEqual(sent, ["not 1", "2", "not 1 again"]);
});

Deno.test("pushLikeLast() goes in its turn when nothing durable waits", () => {
  const { queue, sent } = open();
  queue.pushDurable("1");
  queue.settleNext();
  queue.pushLikeLast("again");
  assert.deepEqual(sent, ["1", "again"]);
});

Deno.test("giveUpReserved() answers what nobody answered, and a later answer is ignored", () => {
  const { queue, sent } = open();
  const first = queue.reserve();
  const second = queue.reserve();
  second("b");
  queue.push("c");
  queue.giveUpReserved("given up");
  first("too late");
  queue.giveUpReserved("nothing left");
  assert.deepEqual(sent, ["given up", "b", "c"]);
  assert.equal(queue.length, 0);
});

Deno.test("settling what nobody queued is a bug", () => {
  const { queue } = open();
  assert.throws(() => queue.settleNext(), { name: "BugError" });
  assert.throws(() => queue.failLast((text) => text), { name: "BugError" });
});

/** What can happen to a queue; the number picks among reserved places. */
const action = fc.tuple(
  fc.constantFrom(
    "push",
    "durable",
    "durable",
    "like last",
    "reserve",
    "settle",
    "settle",
    "fail",
    "fail last",
    "give",
    "give up",
  ),
  fc.nat({ max: 5 }),
);

Deno.test("answers leave in the order of the requests, each once, whatever settles when", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (actions, repeat) => {
      const { queue, sent } = open();
      const reserved: { readonly name: string; readonly give: (text: string) => void }[] = [];
      let durable = 0;
      let count = 0;
      const settle = (fails: boolean) => {
        durable--;
        queue.settleNext(fails ? (text) => `${text} failed` : undefined);
      };
      // Many rounds, so that the queue moves its contents as well.
      for (let round = 0; round < repeat; round++) {
        for (const [kind, pick] of actions) {
          if (kind === "push") queue.push(`${count++}`);
          else if (kind === "like last") queue.pushLikeLast(`${count++}`);
          else if (kind === "durable") {
            durable++;
            queue.pushDurable(`${count++}`);
          } else if (kind === "reserve") reserved.push({ name: `${count++}`, give: queue.reserve() });
          else if (kind === "settle" && durable > 0) settle(false);
          else if (kind === "fail" && durable > 0) settle(true);
          else if (kind === "fail last" && durable > 0) {
            durable--;
            queue.failLast((text) => `${text} failed`);
          } else if (kind === "give") {
            const [place] = reserved.splice(pick, 1);
            place?.give(place.name);
          } else if (kind === "give up") queue.giveUpReserved("given up");
          assert.equal(queue.length, count - sent.length);
        }
      }
      while (durable > 0) settle(false);
      for (const place of reserved) place.give(place.name);
      assert.equal(queue.length, 0);
      assert.equal(sent.length, count);
      sent.forEach((text, index) => assert.ok(text === "given up" || Number.parseInt(text) === index));
    }),
  );
});

function open(): { readonly queue: AnswerQueue; readonly sent: string[] } {
  const sent: string[] = [];
  return { queue: new AnswerQueue((text) => sent.push(text)), sent };
}
