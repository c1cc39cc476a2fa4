import assert from "node:assert/strict";
import { configOrThrow, loadConfig } from "@reflow/shared/config";
import { collectorSpec, spoolOptionsOf } from "./options.ts";

const NAMED = [
  ["REFLOW_COLLECTOR_BIND_ADDRESS", "127.0.0.1:0", "server.bind_address"],
  ["REFLOW_COLLECTOR_SPOOL_DIRECTORY", "/var/spool/reflow", "spool.directory"],
  ["REFLOW_COLLECTOR_FORWARD_URL", "https://tracing.example.com/base", "forward.url"],
  ["REFLOW_COLLECTOR_FORWARD_TOKEN", "s3cret", "forward.token"],
  ["REFLOW_COLLECTOR_SERVER_PING_INTERVAL", "10s", "server.ping_interval"],
] as const;

for (const [variable, text, key] of NAMED) {
  Deno.test(`the collector takes ${key} from ${variable}`, async () => {
    const result = await loadConfig(collectorSpec, { env: { [variable]: text } });
    assert.ok(result.ok);
    assert.equal(result.origins.get(key), `environment variable ${variable}`);
    assert.deepEqual(result.warnings, []);
  });
}

const NOT_A_BASE = [
  "http://name:s3cret@central:8090",
  "http://s3cret@central:8090",
  "http://central:8090/?token=s3cret",
  "http://central:8090/#s3cret",
];

for (const url of NOT_A_BASE) {
  Deno.test(`the collector refuses ${url} as forward.url, which logs and answers show`, async () => {
    const result = await loadConfig(collectorSpec, { env: { REFLOW_COLLECTOR_FORWARD_URL: url } });
    assert.ok(!result.ok);
    assert.match(result.problems[0]?.expected ?? "", /no credentials, no query and no fragment/);
  });
}

Deno.test("segments stay small beside the limit of the spool, so that a full one can become free again", async () => {
  const optionsFor = async (flags: Record<string, string>) =>
    spoolOptionsOf(configOrThrow(collectorSpec, await loadConfig(collectorSpec, { env: {}, flags })));
  const usual = await optionsFor({});
  assert.equal(usual.segmentBytes, 16 * 1024 * 1024);
  const small = await optionsFor({ "spool.max_bytes": "64MiB" });
  assert.equal(small.segmentBytes, 8 * 1024 * 1024);
  await assert.rejects(optionsFor({ "spool.max_bytes": "63MiB" }));
});
