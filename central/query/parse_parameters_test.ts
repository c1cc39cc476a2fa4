import assert from "node:assert/strict";
import { API } from "./api.ts";
import { parseParameters } from "./parse_parameters.ts";
import { QueryError } from "./query_error.ts";

function read(search: string) {
  return parseParameters(API.traces.parameters, new URLSearchParams(search));
}

Deno.test("parameters have their defaults when the query is empty", () => {
  const values = read("");
  assert.equal(values.limit, 100);
  assert.equal(values.flow, undefined);
});

Deno.test("parameters are read when each is valid", () => {
  const values = read("flow=a%2Fb&status=Failed&from=2025-11-22T22:15:00.000000001Z&limit=1000");
  assert.equal(values.flow, "a/b");
  assert.equal(values.status, "Failed");
  assert.deepEqual(values.from, { unixSeconds: 1763849700, nanos: 1 });
  assert.equal(values.limit, 1000);
});

const REFUSED = [
  ["colour=red", "ERR_QUERY_UNKNOWN_PARAMETER", `"colour"`],
  ["__proto__=1", "ERR_QUERY_UNKNOWN_PARAMETER", `"__proto__"`],
  ["flow=a&flow=b", "ERR_QUERY_REPEATED_PARAMETER", `"flow"`],
  ["limit=0", "ERR_QUERY_BAD_PARAMETER", "from 1 to 1000"],
  ["limit=1001", "ERR_QUERY_BAD_PARAMETER", `"1001"`],
  ["limit=1e2", "ERR_QUERY_BAD_PARAMETER", `"1e2"`],
  ["limit=", "ERR_QUERY_BAD_PARAMETER", `""`],
  ["status=failed", "ERR_QUERY_BAD_PARAMETER", "Pending, Running, Completed, Failed, Cancelled"],
  ["from=yesterday", "ERR_QUERY_BAD_PARAMETER", "RFC 3339"],
  [`service=${"x".repeat(3000)}`, "ERR_QUERY_BAD_PARAMETER", "…"],
] as const;

for (const [search, code, part] of REFUSED) {
  Deno.test(`parameters are refused with ${code} when the query is ${search.slice(0, 20)}`, () => {
    assert.throws(() => read(search), (error) => {
      assert.ok(error instanceof QueryError);
      assert.equal(error.code, code);
      assert.ok(error.message.includes(part), error.message);
      assert.ok(error.message.length < 400);
      return true;
    });
  });
}

Deno.test("unknown parameter is answered with the list of valid ones", () => {
  assert.throws(() => read("colour=red"), {
    hint: "Valid parameters: flow, service, environment, status, actor, from, to, limit, cursor",
  });
});
