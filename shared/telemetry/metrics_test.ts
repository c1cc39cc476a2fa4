import assert from "node:assert/strict";
import { createRegistry } from "./metrics.ts";

Deno.test("createRegistry() prefixes its metrics and reads gauges when asked", async () => {
  using registry = createRegistry("reflow_test", { process: false });
  registry.counter({ name: "records_total", help: "Records", labelNames: ["reason"] }).inc(
    { reason: "full" },
    2,
  );
  let depth = 1;
  registry.gauge({ name: "queue_records", help: "Queue", collect: (gauge) => gauge.set(depth) });
  depth = 7;
  const { body, contentType } = await registry.metricsText();
  assert.match(contentType, /^text\/plain/);
  assert.match(body, /reflow_test_records_total\{reason="full"\} 2/);
  assert.match(body, /reflow_test_queue_records 7/);
});

Deno.test("createRegistry() leaves out process metrics that promtool rejects", async () => {
  using registry = createRegistry("reflow_test");
  const { body } = await registry.metricsText();
  assert.match(body, /process_cpu_seconds_total/);
  assert.doesNotMatch(body, /nodejs_active_/);
});

Deno.test("createRegistry() shares nothing with another registry", async () => {
  using first = createRegistry("reflow_test", { process: false });
  using second = createRegistry("reflow_test", { process: false });
  first.counter({ name: "a_total", help: "A" });
  second.counter({ name: "a_total", help: "A" });
  assert.throws(() => second.counter({ name: "a_total", help: "A" }), /already/);
  assert.match((await first.metricsText()).body, /a_total 0/);
});
