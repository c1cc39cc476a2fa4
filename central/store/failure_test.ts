import assert from "node:assert/strict";
import { codeOfState, toStoreError } from "./failure.ts";
import { StoreError } from "./store_error.ts";
import { parseDatabaseUrl } from "./database_url.ts";

Deno.test.each([
  ["22P02", "ERR_STORE_DATA"],
  ["23505", "ERR_STORE_DATA"],
  ["54000", "ERR_STORE_DATA"],
  ["08006", "ERR_STORE_UNAVAILABLE"],
  ["53300", "ERR_STORE_UNAVAILABLE"],
  ["53100", "ERR_STORE_UNAVAILABLE"],
  ["57P01", "ERR_STORE_UNAVAILABLE"],
  ["25006", "ERR_STORE_UNAVAILABLE"],
  ["57014", "ERR_STORE_TIMEOUT"],
  ["40P01", "ERR_STORE_CONFLICT"],
  ["28P01", "ERR_STORE_URL"],
  ["3D000", "ERR_STORE_URL"],
  ["42601", "ERR_STORE_QUERY"],
])("codeOfState() reads %s as %s", (state, code) => {
  assert.equal(codeOfState(state), code);
});

Deno.test("toStoreError() passes our own errors on", () => {
  const own = new StoreError("Cannot x: y", { code: "ERR_STORE_DATA" });
  assert.equal(toStoreError(own, "z"), own);
});

Deno.test.each([["read ECONNRESET", "ECONNRESET"], ["write EPIPE", "EPIPE"], [
  "getaddrinfo EAI_AGAIN db",
  "EAI_AGAIN",
]])(
  "toStoreError() takes '%s', which has no SQLSTATE, for a lost connection",
  (message, code) => {
    const lost = toStoreError(Object.assign(new Error(message), { code }), "query database");
    assert.ok(lost instanceof StoreError);
    assert.equal(lost.message, `Cannot query database: ${message}`);
    assert.equal(lost.code, "ERR_STORE_UNAVAILABLE");
    assert.equal(lost.retryable, true);
  },
);

Deno.test.each([
  ["postgresql://u:p@h/d", { kind: "postgres", url: "postgresql://u:p@h/d" }],
  ["postgres://h/d?sslmode=require", { kind: "postgres", url: "postgres://h/d?sslmode=require" }],
  ["pglite://./reflow-data", { kind: "pglite", folder: "./reflow-data" }],
  ["pglite:///srv/reflow", { kind: "pglite", folder: "/srv/reflow" }],
  ["pglite://memory", { kind: "memory" }],
])("parseDatabaseUrl() reads %s", (url, address) => {
  assert.deepEqual(parseDatabaseUrl(url), address);
});

Deno.test.each(["", "mysql://h/d", "pglite://", "postgres://u:geheim@h:99999999/d", "/srv/reflow"])(
  "parseDatabaseUrl() refuses '%s' without repeating it",
  (url) => {
    assert.throws(() => parseDatabaseUrl(url), (error) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.code, "ERR_STORE_URL");
      assert.ok(!error.message.includes("geheim"));
      return true;
    });
  },
);
