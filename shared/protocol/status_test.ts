import assert from "node:assert/strict";
import { encodeStatus, parseStatus } from "./mod.ts";

Deno.test.each([
  `"Pending"`,
  `"Running"`,
  `"Completed"`,
  `"Cancelled"`,
  `{"Failed":{"error":""}}`,
  `{"Failed":{"error":"cannot \\"format\\" six"}}`,
])("encodeStatus() writes %s as parseStatus() read it", (text) => {
  const status = parseStatus(JSON.parse(text));
  assert.ok(status !== undefined);
  assert.equal(encodeStatus(status), text);
});

Deno.test.each([
  [`"Failed"`],
  [`"running"`],
  [`{"Failed":{}}`],
  [`{"Failed":null}`],
  [`{"Failed":{"error":7}}`],
  [`{"Failed":{"error":"x"},"Running":null}`],
  ["null"],
  ["7"],
  ["[]"],
])("parseStatus() refuses %s", (text) => {
  assert.equal(parseStatus(JSON.parse(text)), undefined);
});

Deno.test("encodeStatus() makes the error's characters whole", () => {
  assert.equal(encodeStatus({ name: "Failed", error: "\ud800" }), `{"Failed":{"error":"\ufffd"}}`);
});
