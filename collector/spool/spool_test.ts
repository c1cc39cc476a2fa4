import assert from "node:assert/strict";
import { decodeRecord } from "@reflow/shared/record";
import { manualClock } from "@reflow/shared/time";
import { memoryFs } from "./_memory_fs.ts";
import { drain, openTestSpool, rememberingOwner, ScriptedCentral } from "./_testing.ts";
import { SpoolError } from "./spool_error.ts";
import type { Spool } from "./types.ts";

const owner = rememberingOwner();

async function write(spool: Spool, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    spool.append(line, 1_000, owner);
    await spool.flush();
  }
}

Deno.test("openSpool() refuses a folder that another process holds and names its holder", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using _first = await openTestSpool(fs, clock);
  await assert.rejects(openTestSpool(fs, clock), (error) => {
    assert.ok(error instanceof SpoolError);
    assert.equal(error.code, "ERR_SPOOL_LOCKED");
    assert.match(error.message, new RegExp(`"/spool/spool.lock" is held by pid ${Deno.pid} since 2024-`));
    return true;
  });
});

Deno.test("openSpool() keeps the collector's id and gives each run a stream of its own", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const ids: string[] = [];
  const streams: string[] = [];
  for (let run = 0; run < 2; run++) {
    await using spool = await openTestSpool(fs, clock);
    ids.push(spool.collectorId);
    streams.push(spool.live.id);
  }
  assert.equal(ids[0], ids[1]);
  assert.notEqual(streams[0], streams[1]);
});

Deno.test("a spool leaves no stream behind when nothing was appended", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await (await openTestSpool(fs, clock))[Symbol.asyncDispose]();
  await using spool = await openTestSpool(fs, clock);
  assert.deepEqual(spool.backlog(), []);
});

Deno.test("openSpool() ends the stream of a killed run with one record that ends its traces", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using killed = await openTestSpool(fs, clock);
  await write(killed, "one", "two");
  const left = fs.kill();
  for (let restart = 0; restart < 2; restart++) {
    await (await openTestSpool(left, clock))[Symbol.asyncDispose]();
  }
  await using spool = await openTestSpool(left, clock);
  const central = new ScriptedCentral();
  const [reader] = spool.backlog();
  assert.ok(reader);
  await drain(reader, central);
  assert.deepEqual(central.lines.slice(0, 2), ["one", "two"]);
  assert.equal(central.lines.length, 3);
  const last = decodeRecord(central.lines[2] ?? "");
  assert.equal(last?.kind, "lost");
  assert.deepEqual(JSON.parse(last?.text ?? ""), { reason: "lost", endedAtMs: clock.now() });
  assert.ok(reader.isDone);
  assert.deepEqual(spool.backlog(), []);
  assert.ok(!left.paths().some((path) => path.includes(killed.live.id)));
});

Deno.test("stats() accounts for every record of every stream", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using killed = await openTestSpool(fs, clock);
  await write(killed, "one", "two");
  await using spool = await openTestSpool(fs.kill(), clock);
  await write(spool, "three", "four", "five");
  const batch = await spool.live.readBatch({ maxBytes: 1 });
  assert.equal(batch?.nextSequence, 1);
  await spool.live.acknowledge(1);
  await spool.live.readBatch({ maxBytes: 1 });
  const stats = spool.stats();
  assert.equal(stats.unacknowledgedRecords, 5);
  assert.equal(stats.oldestReceivedAtMs, 1_000);
  assert.equal(stats.bytes, stats.streams.reduce((sum, stream) => sum + stream.bytes, 0));
  assert.deepEqual(
    stats.streams.map((stream) => [stream.id, stream.nextSequence, stream.delivered, stream.spooled]),
    [[killed.live.id, 3, 0, 3], [spool.live.id, 3, 1, 2]],
  );
});

Deno.test("openSpool() reads no segment but the last one of each stream", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using killed = await openTestSpool(fs, clock, { segmentBytes: 1 });
  await write(killed, "one", "two", "three", "four");
  const left = fs.kill();
  const read = new Set<string>();
  left.fault = (call, path) => void (call === "read" && path.endsWith(".seg") && read.add(path.slice(-6)));
  await using _spool = await openTestSpool(left, clock);
  assert.deepEqual([...read], ["03.seg"].map((name) => name.slice(-6)));
});

Deno.test("openSpool() refuses blocks of a newer version", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using killed = await openTestSpool(fs, clock);
  await write(killed, "one");
  const left = fs.kill();
  const path = left.paths().find((name) => name.endsWith(".seg")) ?? "";
  const bytes = left.bytesOf(path).slice();
  const view = new DataView(bytes.buffer);
  view.setUint8(4, 9);
  const { crc32 } = await import("node:zlib");
  view.setUint32(44, crc32(bytes.subarray(0, 44)), true);
  left.plant(path, bytes);
  await assert.rejects(openTestSpool(left, clock), { code: "ERR_SPOOL_VERSION" });
});

Deno.test.each([
  ["is empty", () => new Uint8Array(0)],
  ["holds zeros", () => new Uint8Array(5_000)],
  ["holds garbage", () => crypto.getRandomValues(new Uint8Array(5_000))],
])("openSpool() keeps what lies before a last segment that %s", async (_name, contents) => {
  const fs = memoryFs();
  using clock = manualClock();
  await using killed = await openTestSpool(fs, clock);
  await write(killed, "one", "two");
  const left = fs.kill();
  left.plant(`/spool/streams/${killed.live.id}/0000000000000002.seg`, contents());
  left.plant(`/spool/streams/${killed.live.id}/notes.txt`, new Uint8Array(3));
  left.plant("/spool/streams/readme", new Uint8Array(3));
  await using spool = await openTestSpool(left, clock);
  const central = new ScriptedCentral();
  for (const reader of spool.backlog()) await drain(reader, central);
  assert.deepEqual(central.lines.slice(0, 2), ["one", "two"]);
  assert.equal(central.lines.length, 3);
  assert.deepEqual(central.gaps, []);
});

Deno.test("openSpool() leaves a stream alone when its end cannot be read", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using killed = await openTestSpool(fs, clock);
  await write(killed, "one", "two");
  const left = fs.kill();
  left.fault = (call) => call === "read" ? "injected" : undefined;
  left.plant("/spool/collector.id", left.bytesOf("/spool/collector.id"));
  left.fault = (call, path) => call === "read" && path.endsWith(".seg") ? "injected" : undefined;
  {
    await using spool = await openTestSpool(left, clock);
    assert.deepEqual(spool.backlog(), []);
  }
  left.fault = undefined;
  await using spool = await openTestSpool(left, clock);
  const central = new ScriptedCentral();
  for (const reader of spool.backlog()) await drain(reader, central);
  assert.deepEqual(central.lines.slice(0, 2), ["one", "two"]);
});
