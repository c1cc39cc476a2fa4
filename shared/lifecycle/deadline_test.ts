import assert from "node:assert/strict";
import { manualClock } from "../time/mod.ts";
import { deadline } from "./deadline.ts";

Deno.test("deadline() aborts with a TimeoutError when time is over", async () => {
  using clock = manualClock();
  using limit = deadline(1_000, undefined, { clock });
  await clock.advance(999);
  assert.equal(limit.signal.aborted, false);
  await clock.advance(1);
  assert.equal(limit.expired, true);
  assert.equal(limit.signal.reason.name, "TimeoutError");
});

Deno.test("deadline() passes the reason on when the outer signal aborts", async () => {
  using clock = manualClock();
  const outer = new AbortController();
  using limit = deadline(1_000, outer.signal, { clock });
  const reason = new Error("stopping");
  outer.abort(reason);
  await clock.advance(2_000);
  assert.equal(limit.signal.reason, reason);
  assert.equal(limit.expired, false);
});

Deno.test("deadline() is aborted at once when the outer signal is", () => {
  using limit = deadline(1_000, AbortSignal.abort("gone"));
  assert.equal(limit.signal.reason, "gone");
});

Deno.test("deadline() never aborts when disposed in time", async () => {
  using clock = manualClock();
  const limit = deadline(1_000, undefined, { clock });
  limit[Symbol.dispose]();
  await clock.advance(2_000);
  assert.equal(limit.signal.aborted, false);
  assert.equal(clock.sleeping, 0);
});
