import assert from "node:assert/strict";
import { connectRaw, readRecording, replay } from "@reflow/scripts/replay";
import { assertAnswer } from "../support/answers.ts";
import { startCentral, startCollector, tempFolder, untilDelivered, untilEnded } from "../support/stack.ts";

const SIMPLE = new URL("../fixtures/recordings/simple.ndjson", import.meta.url).pathname;
const FLOW3 = new URL("../fixtures/recordings/flow3-a.ndjson", import.meta.url).pathname;

async function ask(address: string, question: unknown): Promise<Record<string, unknown>> {
  await using client = await connectRaw(`ws://${address}/monitor`);
  await client.send(JSON.stringify(question));
  const answer = await client.next() ?? "";
  assertAnswer(answer);
  await client.drop();
  return JSON.parse(answer);
}

Deno.test("questions to the collector are answered by central, strictly enough for a Rust monitor", async () => {
  await using folder = await tempFolder();
  await using central = await startCentral({ databaseUrl: `pglite://${folder.path}/data` });
  await using collector = await startCollector({ folder: folder.path, central: central.address });
  await replay({
    recording: await readRecording(FLOW3),
    url: `ws://${collector.address}`,
    speed: "max",
    awaitAnswersMs: 10_000,
  });
  await untilDelivered(collector);
  await untilEnded(central);

  const found = await ask(collector.address, { QueryTraces: { query: { actor_filter: "doubl" } } });
  const results = found["QueryResults"];
  assert.ok(
    typeof results === "object" && results !== null && "traces" in results && Array.isArray(results.traces),
  );
  assert.equal("total_count" in results && results.total_count, 1);
  const [trace] = results.traces;
  const whole = await ask(collector.address, { GetTrace: { trace_id: trace.trace_id } });
  assert.ok(JSON.stringify(whole).includes(`"trace_id":"${trace.trace_id}"`));
  const versions = await ask(collector.address, { GetFlowVersions: { flow_id: trace.flow_id } });
  assert.ok("FlowVersions" in versions);
  const none = await ask(collector.address, {
    GetTrace: { trace_id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8" },
  });
  assert.deepEqual(none, { TraceData: { trace: null } });
});

Deno.test("questions to the collector are answered with Error while central is away", async () => {
  await using folder = await tempFolder();
  await using collector = await startCollector({ folder: folder.path, central: "127.0.0.1:9" });
  const answer = await ask(collector.address, { QueryTraces: { query: {} } });
  const error = answer["Error"];
  assert.ok(typeof error === "object" && error !== null && "code" in error && "message" in error);
  assert.equal(error.code, "StorageError");
  assert.match(String(error.message), /127\.0\.0\.1:9.*cannot be reached/);
});

Deno.test("subscribers of the collector see its live events that pass their filters", async () => {
  await using folder = await tempFolder();
  await using collector = await startCollector({ folder: folder.path, central: "127.0.0.1:9" });
  await using monitor = await connectRaw(`ws://${collector.address}/monitor`);
  const filters = {
    flow_ids: ["weather-*"],
    actor_ids: null,
    event_types: [{ DataFlow: { to_actor: "*", to_port: "In" } }],
    status_filter: ["Running", { Failed: { error: "*" } }],
  };
  await monitor.send(JSON.stringify({ Subscribe: { filters } }));
  assert.equal(await monitor.next(), `{"EventRecorded":{"success":true,"error":null}}`);

  const report = await replay({
    recording: await readRecording(SIMPLE),
    url: `ws://${collector.address}`,
    speed: "max",
    awaitAnswersMs: 10_000,
  });
  const sent = report.connections.flatMap((one) => one.sent);
  const expected = sent.flatMap((frame) => {
    const event = JSON.parse(frame).RecordEvent?.event;
    return event?.event_type.DataFlow?.to_port === "In" ? [event.event_id] : [];
  });
  assert.ok(expected.length > 2);
  for (const id of expected) {
    const notification = await monitor.next() ?? "";
    assertAnswer(notification);
    assert.equal(JSON.parse(notification).EventNotification.event.event_id, id);
  }
  await monitor.send(`"Ping"`);
  assert.equal(await monitor.next(), `"Pong"`);
});
