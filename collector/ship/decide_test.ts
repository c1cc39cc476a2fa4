import assert from "node:assert/strict";
import { type AnswerContext, decide } from "./decide.ts";
import { DEFAULT_SHIP_OPTIONS } from "./types.ts";

const CONTEXT: AnswerContext = {
  position: 10,
  firstSequence: 10,
  blockCount: 3,
  isGap: false,
  attempt: 1,
  rejections: 0,
  options: DEFAULT_SHIP_OPTIONS,
  random: () => 0.5,
};
const ONE_BLOCK = { ...CONTEXT, blockCount: 1 };

Deno.test("decide() goes on at once when the watermark moved, and waits when it did not", () => {
  const accepted = { kind: "accepted", watermark: 11 } as const;
  assert.deepEqual(decide(accepted, CONTEXT), { kind: "acknowledge", watermark: 11, delayMs: 0 });
  const stuck = decide({ kind: "accepted", watermark: 10 }, CONTEXT);
  assert.deepEqual(stuck, { kind: "acknowledge", watermark: 10, delayMs: 101 });
});

Deno.test("decide() obeys the first gap at once and waits before further ones", () => {
  const gap = { kind: "gap", expected: 4 } as const;
  assert.deepEqual(decide(gap, CONTEXT), { kind: "acknowledge", watermark: 4, delayMs: 0 });
  assert.deepEqual(decide(gap, { ...CONTEXT, attempt: 2 }), {
    kind: "acknowledge",
    watermark: 4,
    delayMs: 201,
  });
});

Deno.test("decide() halves a batch that is too large, then splits its block, but never a gap", () => {
  const tooLarge = { kind: "too_large" } as const;
  assert.equal(decide(tooLarge, CONTEXT).kind, "shrink");
  assert.equal(decide(tooLarge, ONE_BLOCK).kind, "split");
  const gap = decide(tooLarge, { ...ONE_BLOCK, isGap: true });
  assert.equal(gap.kind, "retry");
  assert.ok(gap.delayMs > 0);
});

Deno.test("decide() gives a block up only when it was rejected three times alone", () => {
  const rejected = { kind: "rejected", message: "400" } as const;
  assert.equal(decide(rejected, CONTEXT).kind, "shrink");
  assert.equal(decide(rejected, { ...ONE_BLOCK, rejections: 1 }).kind, "retry");
  assert.equal(decide(rejected, { ...ONE_BLOCK, rejections: 2 }).kind, "retry");
  assert.equal(decide(rejected, { ...ONE_BLOCK, rejections: 3 }).kind, "give_up");
  assert.equal(decide(rejected, { ...ONE_BLOCK, rejections: 3, isGap: true }).kind, "retry");
});

Deno.test("decide() waits as long as central asks, within reason", () => {
  const ask = (retryAfterMs: number | undefined) =>
    decide({ kind: "throttled", retryAfterMs, message: "429" }, { ...CONTEXT, random: () => 0 }).delayMs;
  assert.equal(ask(5_000), 5_000);
  assert.equal(ask(10 ** 12), 600_000);
  assert.equal(ask(undefined), 1);
});

Deno.test("decide() backs off by itself when central asks for no wait to speak of", () => {
  const context = { ...CONTEXT, attempt: 10, random: () => 0.5 };
  const alone = decide({ kind: "unreachable", message: "500" }, context).delayMs;
  for (const retryAfterMs of [0, 1, 199]) {
    assert.equal(decide({ kind: "throttled", retryAfterMs, message: "503" }, context).delayMs, alone);
  }
});

Deno.test.each(
  [
    { kind: "unreachable", message: "down" },
    { kind: "unauthorized", message: "401" },
    { kind: "throttled", retryAfterMs: undefined, message: "503" },
    { kind: "rejected", message: "400" },
  ] as const,
)("decide() never retries at once and never waits longer than the maximum: $kind", (outcome) => {
  for (const attempt of [1, 2, 10, 5_000]) {
    for (const chance of [0, 0.999_999]) {
      const { delayMs } = decide(outcome, { ...ONE_BLOCK, attempt, rejections: 1, random: () => chance });
      assert.ok(delayMs >= 1 && delayMs <= DEFAULT_SHIP_OPTIONS.retryMaxMs, `${delayMs}`);
    }
  }
});
