import assert from "node:assert/strict";
import { drawTimeline } from "./timeline.ts";

const event = (timestamp: string, rest: Record<string, unknown>) => ({
  timestamp,
  actor_id: "double",
  ...rest,
});

Deno.test("drawTimeline() places events by their time and says what happened", () => {
  const drawn = drawTimeline([
    event("2026-11-22T21:58:30.000000000Z", { event_type: "ActorCompleted" }),
    event("2026-11-22T21:58:30.000500000Z", {
      event_type: { DataFlow: { to_actor: "format", to_port: "in" } },
      data: { port: "out", message: { message_type: "Discriminant(3)" } },
    }),
    event("2026-11-22T21:58:30.001000000Z", { event_type: "ActorFailed", data: { error: "six\x1b[0m" } }),
  ], { width: 10 });
  assert.deepEqual(drawn.split("\n"), [
    "      0.000 ms  ●·········  double ActorCompleted",
    "      0.500 ms  ·····→····  double.out → format.in Integer",
    "      1.000 ms  ·········✗  double ActorFailed: six·[0m",
  ]);
});

Deno.test("drawTimeline() leaves out the middle of a long trace and says so", () => {
  const events = Array.from(
    { length: 100 },
    (_, second) =>
      event(`2026-11-22T21:58:${String(second % 60).padStart(2, "0")}Z`, { event_type: "ActorCompleted" }),
  );
  const lines = drawTimeline(events, { width: 5 }).split("\n");
  assert.equal(lines.length, 31);
  assert.match(lines[25] ?? "", /70 more events/);
});
