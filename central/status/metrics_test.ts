import assert from "node:assert/strict";
import { createCentralMetrics } from "./metrics.ts";

Deno.test("metrics carry the names and labels of the operator's alerts", async () => {
  using metrics = createCentralMetrics({ process: false, connections: () => ({ active: 3, total: 7 }) });
  for (const durationMs of [100, 200, 900]) {
    metrics.observeRequest({ route: "/health", status: 200, durationMs });
  }
  metrics.observeRequest({ route: "/health", status: 404, durationMs: 1 });
  metrics.observeRequest({ route: "/api/v1/traces", status: 503, durationMs: 1 });
  const { body, contentType } = await metrics.metricsText();
  assert.ok(contentType.startsWith("text/plain"));
  assert.match(body, /^tracing_requests_total\{route="\/health",status="ok"\} 4$/m);
  assert.match(body, /^tracing_requests_total\{route="\/api\/v1\/traces",status="error"\} 1$/m);
  assert.match(body, /^# TYPE tracing_request_duration_seconds summary$/m);
  assert.match(body, /^tracing_request_duration_seconds\{quantile="0.95"\} 0\.\d+$/m);
  assert.match(body, /^tracing_events_stored_total 0$/m);
  assert.match(body, /^tracing_ws_connections 3$/m);
  assert.match(body, /^tracing_ws_connections_total 7$/m);
});

Deno.test("dropped records count by reason, and as other when there are too many reasons", async () => {
  using metrics = createCentralMetrics({ process: false, connections: () => ({ active: 3, total: 7 }) });
  metrics.addDropped("spool_full", 7);
  for (let n = 0; n < 100; n++) metrics.addDropped(`made up ${n}`, 1);
  metrics.addDropped("spool_full", 1);
  const { body } = await metrics.metricsText();
  assert.match(body, /^tracing_records_dropped_total\{reason="spool_full"\} 8$/m);
  assert.match(body, /^tracing_records_dropped_total\{reason="other"\} 69$/m);
});

Deno.test("metrics show the connections of the moment in which they are read", async () => {
  const connections = { active: 0, total: 0 };
  using metrics = createCentralMetrics({ process: false, connections: () => connections });
  for (const [active, total] of [[2, 2], [1, 3]] as const) {
    Object.assign(connections, { active, total });
    const { body } = await metrics.metricsText();
    assert.match(body, new RegExp(`^tracing_ws_connections ${active}$`, "m"));
    assert.match(body, new RegExp(`^tracing_ws_connections_total ${total}$`, "m"));
  }
});
