import assert from "node:assert/strict";
import { answerKind } from "./answer_kind.ts";

Deno.test.each([
  ['"Pong"', "Pong", false],
  ['{"TraceStarted":{"trace_id":"x"}}', "TraceStarted", true],
  ['{"TraceStored":{"trace_id":"x"}}', "TraceStored", true],
  ['{"EventRecorded":{"success":true,"error":null}}', "EventRecorded", true],
  ['{"EventRecorded":{"success":false,"error":"full"}}', "EventRecorded (refused)", false],
  [' { "Error" : {"message":"no"}}', "Error", false],
  ["nonsense", "?", false],
  ["", "?", false],
])("answerKind() of %s is %s", (text, name, acked) => {
  assert.deepEqual(answerKind(text), { name, acked });
});
