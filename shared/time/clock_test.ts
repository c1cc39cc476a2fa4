import assert from "node:assert/strict";
import { systemClock } from "./clock.ts";
import { manualClock } from "./manual_clock.ts";

Deno.test("systemClock returns from sleep when the signal aborts", async () => {
  const controller = new AbortController();
  const slept = systemClock.sleep(60_000, controller.signal);
  controller.abort();
  await slept;
});

Deno.test("systemClock does not sleep when the signal is aborted already", async () => {
  await systemClock.sleep(60_000, AbortSignal.abort());
});

Deno.test("systemClock keeps sleeping when the delay exceeds a 32-bit timer", async () => {
  const controller = new AbortController();
  let woken = false;
  const slept = systemClock.sleep(2 ** 40, controller.signal).then(() => woken = true);
  // An overflowing timer would fire within this turn.
  await systemClock.sleep(5);
  assert.equal(woken, false);
  controller.abort();
  await slept;
});

Deno.test("manualClock wakes sleepers in order and runs them between", async () => {
  using clock = manualClock({ startUnixMs: 1_000 });
  const wakenAtMs: number[] = [];
  const loop = (async () => {
    for (let round = 0; round < 3; round++) {
      await clock.sleep(100);
      wakenAtMs.push(clock.now());
    }
  })();
  await clock.advance(1_000);
  await loop;
  assert.deepEqual(wakenAtMs, [1_100, 1_200, 1_300]);
  assert.equal(clock.monotonicMs(), 1_000);
});

Deno.test("manualClock wakes a sleeper when its signal aborts", async () => {
  using clock = manualClock();
  const controller = new AbortController();
  const slept = clock.sleep(100, controller.signal);
  assert.equal(clock.sleeping, 1);
  controller.abort();
  await slept;
  assert.equal(clock.sleeping, 0);
});

Deno.test("manualClock leaves monotonic time alone when the wall clock is set", () => {
  using clock = manualClock();
  clock.setNow(5);
  assert.equal(clock.now(), 5);
  assert.equal(clock.monotonicMs(), 0);
});

Deno.test("manualClock tells when enough sleepers wait", async () => {
  using clock = manualClock();
  const waiting = clock.untilSleeping(2);
  const slept = Promise.all([clock.sleep(1), clock.sleep(1)]);
  await waiting;
  await clock.advance(1);
  await slept;
});

Deno.test("manualClock refuses to sleep when disposed", async () => {
  const clock = manualClock();
  const slept = clock.sleep(1);
  clock[Symbol.dispose]();
  await slept;
  await assert.rejects(clock.sleep(1), /disposed/);
});
