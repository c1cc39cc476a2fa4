import assert from "node:assert/strict";
import { createMetrics } from "./metrics.ts";
import { metricSources, spoolStats } from "./_fixture.ts";

Deno.test("metrics show each number as it is when it is asked for", async () => {
  let stats = spoolStats();
  const sources = metricSources(() => stats);
  using registry = createMetrics(sources);
  assert.match((await registry.metricsText()).body, /^reflow_collector_events_accepted_total 0$/m);
  sources.counts.eventsAccepted = 7;
  sources.shipped.retries["unreachable"] = 2;
  stats = spoolStats({ bytes: 90, oldestReceivedAtMs: 4_000, refused: { ERR_SPOOL_FULL: 3 } });
  for (let scrape = 0; scrape < 2; scrape++) {
    const { body } = await registry.metricsText();
    assert.match(body, /^reflow_collector_events_accepted_total 7$/m);
    assert.match(body, /^reflow_collector_spool_bytes 90$/m);
    assert.match(body, /^reflow_collector_spool_oldest_record_age_seconds 6$/m);
    assert.match(body, /^reflow_collector_delivery_retries_total\{reason="unreachable"\} 2$/m);
    assert.match(body, /^reflow_collector_spool_refused_total\{reason="ERR_SPOOL_FULL"\} 3$/m);
  }
});

Deno.test("metrics keep what was dropped when the stream that lost it is gone", async () => {
  const sources = metricSources(() => spoolStats({ streams: [] }));
  sources.shipped.dropped["corrupt"] = 5;
  using registry = createMetrics(sources);
  const { body } = await registry.metricsText();
  assert.match(body, /^reflow_collector_records_dropped_total\{reason="corrupt"\} 5$/m);
});

Deno.test("metrics are named as Prometheus wants it, and each says what it means", async () => {
  using registry = createMetrics(metricSources());
  const { body } = await registry.metricsText();
  const types = [...body.matchAll(/^# TYPE (reflow_collector_\S+) (\S+)$/gm)];
  assert.ok(types.length > 20);
  for (const [, name = "", type] of types) {
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.match(body, new RegExp(`^# HELP ${name} \\S.{10,}$`, "m"));
  }
});
