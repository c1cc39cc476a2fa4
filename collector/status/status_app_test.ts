import assert from "node:assert/strict";
import { manualClock } from "@reflow/shared/time";
import type { SpoolHealth, SpoolStats } from "../spool/mod.ts";
import { brokenDisk, metricSources, spoolStats } from "./_fixture.ts";
import { createMetrics } from "./metrics.ts";
import { createStatusApp } from "./status_app.ts";

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

function openApp(disk: { health?: SpoolHealth; stats?: Partial<SpoolStats> } = {}) {
  const clock = manualClock({ startUnixMs: NOW_MS });
  const sources = metricSources();
  const registry = createMetrics(sources);
  const state = { isStopping: false };
  const app = createStatusApp({
    clock,
    collectorId: "collector-1",
    address: () => "127.0.0.1:4711",
    spool: () => ({ health: disk.health ?? { ok: true }, stats: spoolStats(disk.stats) }),
    shipped: sources.shipped,
    connections: () => 3,
    isStopping: () => state.isStopping,
    registry,
  });
  return {
    shipped: sources.shipped,
    state,
    async get(path: string, init?: RequestInit) {
      const response = await app.request(path, init);
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    [Symbol.dispose]() {
      registry[Symbol.dispose]();
      clock[Symbol.dispose]();
    },
  };
}

Deno.test("/health is healthy and tells the address in use when all is well", async () => {
  using app = openApp({ stats: { bytes: 10, unacknowledgedRecords: 2, oldestReceivedAtMs: NOW_MS - 5000 } });
  const { status, text } = await app.get("/health");
  assert.equal(status, 200);
  const { version, ...body } = JSON.parse(text);
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(body, {
    status: "healthy",
    timestamp: "2026-01-02T03:04:05.000Z",
    collector_id: "collector-1",
    address: "127.0.0.1:4711",
    checks: { spool: "ok", central: "ok" },
    connections: 3,
    spool: { bytes: 10, max_bytes: 1000, records: 2, oldest_record_age_seconds: 5 },
  });
});

Deno.test("/health is degraded and still 200 when central does not take records, until it does", async () => {
  using app = openApp();
  app.shipped.lastError = { atMs: NOW_MS, message: "unauthorized: 401" };
  const { status, text } = await app.get("/health");
  assert.equal(status, 200);
  assert.equal(JSON.parse(text).status, "degraded");
  assert.equal(JSON.parse(text).checks.central, "unauthorized: 401");
  app.shipped.lastSuccessAtMs = NOW_MS + 1;
  assert.equal(JSON.parse((await app.get("/health")).text).status, "healthy");
});

const UNHEALTHY = [
  ["the disk refuses", { health: brokenDisk("Cannot write block: disk full") }, /Cannot write block/],
  ["the spool is full", { stats: { bytes: 1000 } }, /full/],
] as const;

for (const [when, disk, reason] of UNHEALTHY) {
  Deno.test(`/health is 503 and says why when ${when}`, async () => {
    using app = openApp(disk);
    const { status, text } = await app.get("/health");
    assert.equal(status, 503);
    assert.equal(JSON.parse(text).status, "unhealthy");
    assert.match(JSON.parse(text).checks.spool, reason);
  });
}

Deno.test("/ready is 503 once the collector stops", async () => {
  using app = openApp();
  assert.equal((await app.get("/ready")).status, 200);
  app.state.isStopping = true;
  const { status, text } = await app.get("/ready");
  assert.equal(status, 503);
  assert.equal(JSON.parse(text).status, "stopping");
});

Deno.test("/metrics is text for Prometheus", async () => {
  using app = openApp();
  const { status, headers, text } = await app.get("/metrics");
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^reflow_collector_connections 0$/m);
});

Deno.test("an unknown path is named, and so are the known ones", async () => {
  using app = openApp();
  const { status, text } = await app.get("/healthz");
  assert.equal(status, 404);
  const { error } = JSON.parse(text);
  assert.equal(error.code, "not_found");
  assert.match(error.message, /"\/healthz".*\/health, \/ready, \/metrics/);
});

Deno.test("a known path refuses other methods and says which it takes", async () => {
  using app = openApp();
  const { status, headers, text } = await app.get("/health", { method: "DELETE" });
  assert.equal(status, 405);
  assert.equal(headers.get("allow"), "GET, HEAD");
  assert.match(JSON.parse(text).error.message, /DELETE/);
  assert.equal((await app.get("/health", { method: "HEAD" })).status, 200);
});
