import assert from "node:assert/strict";
import { newUuid } from "@reflow/shared/ids";
import { nullLogger } from "@reflow/shared/telemetry";
import { freshDatabase } from "@reflow/tests/support/postgres";
import { ensurePartitions, migrate, openDatabase } from "../store/mod.ts";
import type { TestStore } from "./_ingest_fixture.ts";
import { describeReceiveTimes } from "./_receive_time_contract.ts";
import { describeRecords } from "./_record_contract.ts";
import { describeTraces } from "./_trace_contract.ts";
import { describeWatermark } from "./_watermark_contract.ts";
import { createIngest } from "./mod.ts";
import { batch, block, eventLine, eventText, gap, newStream } from "./_records.ts";

const OPTIONS = { maxConnections: 5, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000, log: nullLogger };

// One for all tests of this file: PGlite takes seconds to start, and every test has a stream of its own.
const pglite = await openDatabase("pglite://memory", OPTIONS);
await migrate(pglite, nullLogger);
await ensurePartitions(pglite);

const openPglite = () => Promise.resolve({ database: pglite, async [Symbol.asyncDispose]() {} });

async function openPostgres(): Promise<TestStore> {
  await using opened = new AsyncDisposableStack();
  const address = opened.use(await freshDatabase());
  const database = opened.use(await openDatabase(address.url, OPTIONS));
  await migrate(database, nullLogger);
  await ensurePartitions(database);
  const whole = opened.move();
  return { database, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

for (const [name, open] of [["PGlite", openPglite], ["PostgreSQL", openPostgres]] as const) {
  describeTraces(name, open);
  describeRecords(name, open);
  describeWatermark(name, open);
  describeReceiveTimes(name, open);
}

const id = newUuid();
const good = block(0, [eventLine(id, eventText(1))]);

Deno.test.each([
  ["nothing", new Uint8Array(), /byte 0: it is empty/],
  ["bytes that are no block", new Uint8Array(100).fill(65), /at byte 0: no block starts here/],
  ["half a block", good.subarray(0, good.length - 1), /at byte 0: it ends inside a payload/],
  ["blocks that do not follow each other", batch(good, gap(5, 1)), /block starts at 5, expected 1/],
  [
    "a flipped byte in a payload",
    batch(gap(0, 1), flippedAt(1)),
    /checksum does not match \(block at byte \d+/,
  ],
  ["sequences beyond 2^53", gap(Number.MAX_SAFE_INTEGER - 1, 5), /a number in the header is out of range/],
])("ingestBatch() refuses %s as malformed", async (_what, bytes, message) => {
  const ingest = createIngest({ database: pglite, log: nullLogger });
  await assert.rejects(ingest.ingestBatch(newStream(), bytes), { code: "ERR_BATCH_MALFORMED", message });
});

Deno.test("ingestBatch() refuses a batch that unpacks to more than its limit before unpacking it", async () => {
  const ingest = createIngest({ database: pglite, log: nullLogger }, { maxRawBytes: 100 });
  await assert.rejects(ingest.ingestBatch(newStream(), good), { code: "ERR_BATCH_TOO_LARGE" });
});

function flippedAt(firstSequence: number): Uint8Array {
  const bytes = block(firstSequence, [eventLine(id, eventText(1))]);
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  return bytes;
}
