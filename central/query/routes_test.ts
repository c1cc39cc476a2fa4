import assert from "node:assert/strict";
import { Hono } from "hono";
import { AppError } from "@reflow/shared/errors";
import { type Logger, nullLogger, recordingLogger } from "@reflow/shared/telemetry";
import { API, type ApiRoute } from "./api.ts";
import type { QueryDatabase } from "./database.ts";
import { idOf } from "./_fixture.ts";
import { withHttpErrors } from "./http_errors.ts";
import { queryRoutes } from "./routes.ts";

function appOver(query: QueryDatabase["query"], log: Logger = nullLogger): Hono {
  const app = withHttpErrors(new Hono(), { log });
  const answerQuery = (request: { readonly kind: string }) => Promise.resolve(`"${request.kind}"`);
  return app.route("/", queryRoutes({ db: { query }, log, answerQuery }));
}

const emptyApp = appOver(() => Promise.resolve([]));

async function errorOf(response: Response) {
  return { status: response.status, ...(await response.json()).error };
}

Deno.test("every route refuses a parameter that it does not know, and names those that it does", async () => {
  for (const route of Object.values<ApiRoute>(API)) {
    const response = await emptyApp.request(`${route.path.replace("{id}", idOf(1))}?colour=red`);
    const { status, code, message, hint } = await errorOf(response);
    assert.equal(status, 400, route.path);
    assert.equal(code, "unknown_parameter");
    assert.ok(message.includes(`"colour"`));
    for (const name of Object.keys(route.parameters)) {
      assert.ok(hint.includes(name), `${route.path}: ${name}`);
    }
  }
});

Deno.test("a path that nobody serves is answered with 404 and its name", async () => {
  const { status, code, message } = await errorOf(await emptyApp.request("/api/v1/trace%22s"));
  assert.deepEqual([status, code], [404, "unknown_path"]);
  assert.ok(message.includes("/api/v1/trace"), message);
});

Deno.test("a method that a path does not have is answered with 405 and Allow", async () => {
  const cases = [
    ["DELETE", "/api/v1/traces", "GET, HEAD"],
    ["POST", `/api/v1/flows/${encodeURIComponent("a/b")}/versions`, "GET, HEAD"],
    ["GET", "/v1/query", "POST"],
  ] as const;
  for (const [method, path, allow] of cases) {
    const response = await emptyApp.request(path, { method });
    assert.equal(response.status, 405, path);
    assert.equal(response.headers.get("allow"), allow);
    assert.equal((await errorOf(response)).code, "method_not_allowed");
  }
});

Deno.test("HEAD answers like GET without a body", async () => {
  const response = await emptyApp.request("/api/v1/openapi.json", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
});

Deno.test("a flow's name reaches the store as it is when it holds slashes, percent signs and emoji", async () => {
  for (const name of ["a/b", "100%", "%2F", "支払い-🚀", "a b?c#d"]) {
    const seen: unknown[] = [];
    const app = appOver((_sql, params) => {
      seen.push(...params);
      return Promise.resolve([]);
    });
    const response = await app.request(`/api/v1/flows/${encodeURIComponent(name)}/versions`);
    assert.equal(response.status, 404);
    assert.ok(seen.includes(name), `${name}: ${seen}`);
  }
});

Deno.test("a store that is away is answered with 503 and Retry-After, without its own words", async () => {
  const app = appOver(() =>
    Promise.reject(new AppError("Cannot reach 10.0.0.7", { code: "ERR_STORE_UNAVAILABLE", retryable: true }))
  );
  const response = await app.request("/api/v1/traces");
  assert.equal(response.headers.get("retry-after"), "5");
  const { status, code, message } = await errorOf(response);
  assert.deepEqual([status, code], [503, "unavailable"]);
  assert.ok(!message.includes("10.0.0.7"));
});

Deno.test("a bug is answered with 500 and an id that is in the log, and nothing else", async () => {
  const log = recordingLogger();
  const app = appOver(() => Promise.reject(new Error("secret")), log);
  const { status, code, message, id } = await errorOf(await app.request("/api/v1/streams"));
  assert.deepEqual([status, code], [500, "internal"]);
  assert.ok(!message.includes("secret"));
  assert.equal(log.lines[0]?.fields["id"], id);
  assert.equal(log.lines[0]?.fields["route"], "/api/v1/streams");
});

Deno.test("a trace breaks off when the store fails after the answer began", async () => {
  const log = recordingLogger();
  const row = {
    trace_id: idOf(1),
    origin: "stored",
    stored_trace: "{}",
    start_ns: "0",
    end_ns: null,
    received_ns: "0",
  };
  let asked = 0;
  const app = appOver(() => {
    if (asked++ === 0) return Promise.resolve(JSON.parse(JSON.stringify([row])));
    return Promise.reject(new AppError("gone", { code: "ERR_STORE_UNAVAILABLE", retryable: true }));
  }, log);
  const response = await app.request(`/api/v1/traces/${idOf(1)}`);
  assert.equal(response.status, 200);
  await assert.rejects(response.text(), /gone/);
  assert.equal(log.lines[0]?.level, "error");
});

Deno.test("POST /v1/query hands on queries of the protocol and refuses everything else", async () => {
  const post = (body: string | Uint8Array<ArrayBuffer>) =>
    emptyApp.request("/v1/query", { method: "POST", body });
  const good = await post(`{"GetTrace":{"trace_id":"${idOf(1)}"}}`);
  assert.equal(await good.text(), `"get_trace"`);
  for (const body of [`"Ping"`, "{", "", `{"GetTrace":{"trace_id":7}}`, new Uint8Array([0x22, 0xff, 0x22])]) {
    const { status, code } = await errorOf(await post(body));
    assert.deepEqual([status, code], [400, "bad_request"], String(body));
  }
  const { status, code } = await errorOf(await post(" ".repeat(1024 * 1024 + 1)));
  assert.deepEqual([status, code], [413, "too_large"]);
});

Deno.test("the OpenAPI document lists every route with every parameter", async () => {
  const { openapi, paths } = await (await emptyApp.request("/api/v1/openapi.json")).json();
  assert.equal(openapi, "3.1.0");
  for (const route of Object.values<ApiRoute>(API)) {
    const { parameters } = paths[route.path].get;
    const names = parameters.map((parameter: { readonly name: string }) => parameter.name);
    assert.deepEqual(names, [...(route.id === undefined ? [] : ["id"]), ...Object.keys(route.parameters)]);
  }
  const limit = paths["/api/v1/traces"].get.parameters.find((p: { readonly name: string }) =>
    p.name === "limit"
  );
  assert.deepEqual(limit.schema, { type: "integer", minimum: 1, maximum: 1000, default: 100 });
});
