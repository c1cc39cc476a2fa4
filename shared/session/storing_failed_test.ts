import assert from "node:assert/strict";
import {
  brief,
  failure,
  numberedId,
  recordEvent,
  scriptedSession,
  startTrace,
  storeTrace,
} from "./_scripted.ts";

/** `!` stands for the news that records before it were not stored. */
const CASES: readonly (readonly [name: string, frames: readonly string[], afterNews: readonly string[]])[] = [
  [
    "a provisional trace is announced again with its next event",
    [recordEvent(), "!", recordEvent(), recordEvent()],
    ["trace 1 provisional", "event 1", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "a started trace is announced again with its StartTrace",
    [recordEvent(), startTrace("f"), "!", recordEvent()],
    ["trace 1 f", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "the adopting StartTrace comes after what it adopts",
    [recordEvent(), "!", startTrace("f")],
    ["trace 1 provisional", "trace 1 f", "end 1 disconnected Completed"],
  ],
  [
    "an earlier trace gets its end again, whichever trace the next event belongs to",
    [startTrace("a"), startTrace("b", "30"), "!", recordEvent({ second: "10" })],
    [
      "trace 1 a",
      "end 1 superseded Completed",
      "trace 2 b",
      "event 1",
      "end 2 disconnected Completed",
    ],
  ],
  [
    "a late failure still changes how its trace ended",
    [startTrace("a"), startTrace("b", "30"), "!", failure("late", { second: "10" })],
    [
      "trace 1 a",
      `end 1 superseded Failed "late"`,
      "trace 2 b",
      "event 1",
      `end 1 superseded Failed "late"`,
      "end 2 disconnected Completed",
    ],
  ],
  [
    "the end of the connection says everything again when nothing else comes",
    [startTrace("a"), startTrace("b", "30"), "!"],
    ["trace 1 a", "end 1 superseded Completed", "trace 2 b", "end 2 disconnected Completed"],
  ],
  [
    "a session whose first event was not stored announces its trace with the next",
    [recordEvent({ id: 1 }), "!", recordEvent({ id: 1 })],
    ["trace 1 provisional", "event 1", "end 1 disconnected Completed"],
  ],
  [
    "news about a session without traces changes nothing",
    [storeTrace(numberedId(50)), "!", storeTrace(numberedId(50)), recordEvent()],
    ["store 50", "trace 1 provisional", "event 1", "end 1 disconnected Completed"],
  ],
];

Deno.test.each([...CASES])("after records were not stored, %s", (_name, frames, expected) => {
  const scripted = scriptedSession();
  for (const frame of frames) {
    if (frame === "!") {
      scripted.session.storingFailed();
      scripted.records.length = 0;
    } else scripted.receive(frame);
  }
  scripted.end();
  assert.deepEqual(scripted.records.map(brief), expected);
});

Deno.test("what is said again is said again when that was not stored either", () => {
  const scripted = scriptedSession();
  scripted.receive(startTrace("f"));
  for (let round = 0; round < 3; round++) {
    scripted.session.storingFailed();
    scripted.records.length = 0;
    scripted.receive(recordEvent());
    assert.deepEqual(scripted.records.map(brief), ["trace 1 f", "event 1"]);
  }
});
