import assert from "node:assert/strict";
import { connectRaw } from "@reflow/scripts/replay";
import { memberText } from "@reflow/shared/json";
import { canonicalText, readList, type RunningProgram } from "@reflow/scripts/stack";
import { freshDatabase } from "../support/postgres.ts";
import { assertAnswer } from "../support/answers.ts";
import { startCentral, startCollector, tempFolder, untilDelivered, untilEnded } from "../support/stack.ts";

const SAMPLES = (await Deno.readTextFile(new URL("../fixtures/reflow-samples.ndjson", import.meta.url)))
  .trim()
  .split("\n");

/** The kind of answer that each line of the samples gets, by section 15 of the protocol. */
function expectedKind(line: number): string {
  if (line <= 4) return "TraceStarted";
  if (line <= 53) return "EventRecorded";
  if (line === 54) return "TraceData";
  if (line <= 60) return "QueryResults";
  if (line === 61) return "FlowVersions";
  if (line === 62) return "Pong";
  if (line <= 68) return "EventRecorded";
  if (line <= 73) return "TraceStored";
  return line === 74 ? "Error" : "Metrics";
}

async function playSamples(
  target: string,
  central: RunningProgram,
  settle: () => Promise<void>,
): Promise<void> {
  {
    await using client = await connectRaw(`ws://${target}/samples`);
    for (const [index, frame] of SAMPLES.entries()) {
      await client.send(frame);
      let answer = await client.next();
      // A subscription of the samples also sees what they store; notifications are no answers.
      while (answer?.startsWith(`{"EventNotification"`)) answer = await client.next();
      assert.ok(answer !== undefined, `line ${index + 1} is answered`);
      assertAnswer(answer);
      const value: unknown = JSON.parse(answer);
      const kind = typeof value === "string" ? value : Object.keys(Object(value))[0];
      assert.equal(kind, expectedKind(index + 1), `line ${index + 1}: ${answer.slice(0, 200)}`);
      if (kind === "EventRecorded") assert.equal(answer, `{"EventRecorded":{"success":true,"error":null}}`);
    }
    await client.drop();
  }
  await settle();
  await compareEvents(central);
  await compareStoredTraces(central);
}

/** Lines 5–52 are read back exactly; 53 repeats 7 under another noise id and is the same event. */
async function compareEvents(central: RunningProgram): Promise<void> {
  const base = `http://${central.address}/api/v1/traces`;
  const stored: string[] = [];
  for (const trace of await readList(base, "traces")) {
    const id: unknown = JSON.parse(memberText(trace, "trace_id") ?? "null");
    if (JSON.parse(memberText(trace, "flow_id") ?? "null") === "orders") continue;
    stored.push(...await readList(`${base}/${id}/events`, "events"));
  }
  const sent = SAMPLES.slice(4, 52).map((frame) =>
    memberText(memberText(frame, "RecordEvent") ?? "", "event") ?? ""
  );
  assert.deepEqual(stored.map(canonicalText).sort(), sent.map(canonicalText).sort());
}

/** The last StoreTrace of each id is read back whole; 71 has replaced 70. */
async function compareStoredTraces(central: RunningProgram): Promise<void> {
  for (const line of [69, 71, 72, 73]) {
    const sent = memberText(memberText(SAMPLES[line - 1] ?? "", "StoreTrace") ?? "", "trace") ?? "";
    const id: unknown = JSON.parse(memberText(sent, "trace_id") ?? "null");
    const response = await fetch(`http://${central.address}/api/v1/traces/${id}`);
    assert.equal(canonicalText(await response.text()), canonicalText(sent), `line ${line}`);
  }
}

async function throughCollector(databaseUrl: string): Promise<void> {
  await using folder = await tempFolder();
  await using central = await startCentral({ databaseUrl });
  await using collector = await startCollector({ folder: folder.path, central: central.address });
  await playSamples(collector.address, central, async () => {
    await untilDelivered(collector);
    await untilEnded(central);
  });
}

Deno.test("samples are answered as the protocol says and read back exactly, embedded store", async () => {
  await using data = await tempFolder();
  await throughCollector(`pglite://${data.path}/data`);
});

Deno.test("samples are answered as the protocol says and read back exactly, PostgreSQL", async () => {
  await using database = await freshDatabase();
  await throughCollector(database.url);
});

Deno.test("samples are answered as the protocol says and read back exactly by central itself", async () => {
  await using data = await tempFolder();
  await using central = await startCentral({ databaseUrl: `pglite://${data.path}/data` });
  await playSamples(central.address, central, () => untilEnded(central));
});
