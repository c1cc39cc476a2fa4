import assert from "node:assert/strict";
import { answerMetrics } from "./answer_metrics.ts";

const metrics = { metricsText: () => Promise.resolve({ body: "x 1\n", contentType: "text/plain" }) };
const ask = (path: string, method = "GET") =>
  answerMetrics(new Request(`http://central${path}`, { method }), metrics);

Deno.test("metrics are answered at their path", async () => {
  const response = await ask("/metrics?x=1");
  assert.equal(response.headers.get("content-type"), "text/plain");
  assert.equal(await response.text(), "x 1\n");
  assert.equal(await (await ask("/metrics", "HEAD")).text(), "");
});

Deno.test.each([
  ["/", "GET", 404, 'Cannot find "/": this address serves "/metrics" alone'],
  ["/metrics/", "GET", 404, 'Cannot find "/metrics/": this address serves "/metrics" alone'],
  ["/metrics", "POST", 405, 'Cannot POST "/metrics": the path takes GET, HEAD'],
])("metrics' address refuses %s by %s with %s", async (path, method, status, message) => {
  const response = await ask(path, method);
  assert.equal(response.status, status);
  assert.equal((await response.json()).error.message, message);
});
