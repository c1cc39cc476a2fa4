import assert from "node:assert/strict";
import { Hono } from "hono";
import { nullLogger, recordingLogger } from "@reflow/shared/telemetry";
import { manualClock } from "@reflow/shared/time";
import { createApp } from "./app.ts";

function routes(): Hono {
  return new Hono()
    .get("/items/:id", (c) => c.json({ id: c.req.param("id") }))
    .get("/page", () => new Response("", { headers: { "Cache-Control": "max-age=60" } }))
    .get("/bug", () => {
      throw new Error("secret");
    });
}

const request = (path: string, init?: RequestInit) => new Request(`http://central${path}`, init);

Deno.test("application answers its routes with security headers that a route may set itself", async () => {
  const app = createApp({ routes: [routes()], log: nullLogger });
  const response = await app.fetch(request("/items/7"));
  assert.deepEqual(await response.json(), { id: "7" });
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal((await app.fetch(request("/page"))).headers.get("cache-control"), "max-age=60");
});

Deno.test("application hands a WebSocket to its handler on any path", async () => {
  const seen: string[] = [];
  const app = createApp({
    routes: [routes()],
    log: nullLogger,
    upgrade(asked) {
      seen.push(new URL(asked.url).pathname);
      return new Response("upgraded");
    },
  });
  const headers = { Upgrade: "WebSocket", Connection: "keep-alive, Upgrade" };
  for (const path of ["/", "/flow%2Fname", "/items/7"]) {
    const response = await app.fetch(request(path, { headers }));
    assert.equal(await response.text(), "upgraded");
    assert.equal(response.headers.get("cache-control"), null);
  }
  assert.deepEqual(seen, ["/", "/flow%2Fname", "/items/7"]);
  assert.equal((await app.fetch(request("/flow"))).status, 404);
});

Deno.test("application answers 500 with an id when an upgrade throws", async () => {
  const log = recordingLogger();
  const app = createApp({ routes: [], log, upgrade: () => Promise.reject(new Error("secret")) });
  const response = await app.fetch(request("/", { headers: { Upgrade: "websocket" } }));
  assert.equal(response.status, 500);
  assert.ok(!(await response.text()).includes("secret"));
  assert.equal(log.lines.length, 1);
});

Deno.test("application observes requests by the pattern of their route", async () => {
  using clock = manualClock();
  const seen: unknown[] = [];
  const metrics = { observeRequest: (observed: unknown) => void seen.push(observed) };
  const app = createApp({ routes: [routes()], log: nullLogger, metrics, clock });
  for (const path of ["/items/1", "/items/2", "/nothing/3", "/bug"]) await app.fetch(request(path));
  await app.fetch(request("/items/1", { method: "DELETE" }));
  assert.deepEqual(seen, [
    { route: "/items/:id", status: 200, durationMs: 0 },
    { route: "/items/:id", status: 200, durationMs: 0 },
    { route: "unmatched", status: 404, durationMs: 0 },
    { route: "/bug", status: 500, durationMs: 0 },
    { route: "unmatched", status: 405, durationMs: 0 },
  ]);
});

Deno.test("app compresses answers for clients that accept it when it is told to", async () => {
  const large = new Hono().get("/large", (c) => c.json({ text: "x".repeat(5000) }));
  const ask = (compression: boolean) =>
    createApp({ routes: [large], log: nullLogger, compression }).fetch(
      new Request("http://central.test/large", { headers: { "accept-encoding": "gzip" } }),
    );
  const packed = await ask(true);
  assert.equal(packed.headers.get("content-encoding"), "gzip");
  const unpacked = new Response(packed.body?.pipeThrough(new DecompressionStream("gzip")));
  assert.deepEqual(await unpacked.json(), { text: "x".repeat(5000) });
  assert.equal((await ask(false)).headers.get("content-encoding"), null);
});

Deno.test("app answers 400 to an address that is none", async () => {
  const app = createApp({ routes: [], log: nullLogger });
  const request = new Proxy(new Request("http://central.test/api/v1/traces"), {
    get: (target, name) => name === "url" ? "http://[::/api/v1/traces" : Reflect.get(target, name, target),
  });
  const response = await app.fetch(request);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /Host header/);
});
