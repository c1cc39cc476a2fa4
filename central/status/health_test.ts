import assert from "node:assert/strict";
import { nullLogger, recordingLogger, VERSION } from "@reflow/shared/telemetry";
import { manualClock } from "@reflow/shared/time";
import { createHealth, type HealthOptions } from "./health.ts";
import { statusRoutes } from "./routes.ts";

function optionsWith(changes: Partial<HealthOptions>): HealthOptions {
  return {
    database: () => Promise.resolve(),
    folder: ".",
    log: nullLogger,
    addresses: () => ({ http: "127.0.0.1:8090" }),
    isServing: () => true,
    minFreeBytes: 0,
    ...changes,
  };
}

Deno.test("health is what the operator's page shows when all is well", async () => {
  using clock = manualClock({ startUnixMs: Date.UTC(2025, 10, 22) });
  const app = statusRoutes(createHealth(optionsWith({ clock })), { clock });
  const response = await app.request("/health");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    status: "healthy",
    timestamp: "2025-11-22T00:00:00.000Z",
    checks: { database: "ok", redis: "not_configured", disk_space: "ok" },
    version: VERSION,
    addresses: { http: "127.0.0.1:8090" },
  });
  assert.deepEqual(await (await app.request("/ready")).json(), {
    status: "ready",
    timestamp: "2025-11-22T00:00:00.000Z",
  });
});

Deno.test("health is unhealthy and says why in the log alone when the database refuses", async () => {
  const log = recordingLogger();
  const health = createHealth(optionsWith({ log, database: () => Promise.reject(new Error("secret")) }));
  const response = await statusRoutes(health).request("/health");
  assert.equal(response.status, 503);
  const text = await response.text();
  assert.equal(JSON.parse(text).status, "unhealthy");
  assert.equal(JSON.parse(text).checks.database, "failed");
  assert.ok(!text.includes("secret"));
  assert.equal(log.lines[0]?.fields["reason"], "secret");
  assert.equal((await statusRoutes(health).request("/ready")).status, 503);
});

Deno.test("health answers in time when the database never does", async () => {
  using clock = manualClock();
  const health = createHealth(optionsWith({ clock, database: () => new Promise(() => {}) }));
  const report = health.report();
  await clock.advance(2000);
  assert.equal((await report).checks.database, "timed_out");
});

Deno.test("health is degraded and still 200 when Redis is away", async () => {
  const health = createHealth(optionsWith({ redis: () => Promise.reject(new Error("gone")) }));
  const response = await statusRoutes(health).request("/health");
  assert.equal(response.status, 200);
  const { status, checks } = await response.json();
  assert.deepEqual([status, checks.redis], ["degraded", "failed"]);
});

Deno.test("health is unhealthy when the disk has too little room, or its folder is gone", async () => {
  const full = await createHealth(optionsWith({ minFreeBytes: Infinity })).report();
  assert.deepEqual([full.status, full.checks.disk_space], ["unhealthy", "full"]);
  const gone = await createHealth(optionsWith({ folder: "./no-such-folder" })).report();
  assert.equal(gone.checks.disk_space, "failed");
});

Deno.test("health asks the database once when many ask it within a second", async () => {
  using clock = manualClock();
  let asked = 0;
  const database = () => {
    asked++;
    return Promise.resolve();
  };
  const health = createHealth(optionsWith({ clock, database }));
  await Promise.all([health.report(), health.report(), health.isReady()]);
  assert.equal(asked, 1);
  await clock.advance(1000);
  await health.report();
  assert.equal(asked, 2);
});

Deno.test("service is not ready while it starts or stops", async () => {
  const health = createHealth(optionsWith({ isServing: () => false }));
  assert.equal((await statusRoutes(health).request("/ready")).status, 503);
  assert.equal((await statusRoutes(health).request("/health")).status, 200);
});
