import assert from "node:assert/strict";
import { manualClock } from "../time/mod.ts";
import { everyMs } from "./every_ms.ts";
import { recordingLogger } from "./recording_logger.ts";

Deno.test("everyMs() lets one complaint through per interval and counts the rest", async () => {
  using clock = manualClock();
  const log = recordingLogger();
  const onceAMinute = everyMs(clock, 60_000);
  const complain = () =>
    onceAMinute((swallowed) => log.child({ component: "ship" }).warn("Refused", { swallowed }));
  for (let call = 0; call < 5; call++) complain();
  await clock.advance(60_000);
  complain();
  assert.deepEqual(log.lines, [
    { level: "warn", msg: "Refused", fields: { component: "ship", swallowed: 0 } },
    { level: "warn", msg: "Refused", fields: { component: "ship", swallowed: 4 } },
  ]);
});
