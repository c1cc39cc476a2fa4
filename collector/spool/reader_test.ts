import assert from "node:assert/strict";
import { manualClock } from "@reflow/shared/time";
import { type MemoryFs, memoryFs } from "./_memory_fs.ts";
import { blockOffsets, drain, openTestSpool, rememberingOwner, ScriptedCentral } from "./_testing.ts";
import type { Spool, SpoolOptions, StreamReader } from "./types.ts";

const owner = rememberingOwner();

async function write(spool: Spool, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    spool.append(line, 1_000, owner);
    await spool.flush();
  }
}

/** A spool whose earlier run wrote these lines, each in a block of its own, and was killed. */
async function backlogOf(
  lines: readonly string[],
  options: Partial<SpoolOptions>,
  damage: (fs: MemoryFs, segments: readonly string[]) => void,
): Promise<AsyncDisposable & { fs: MemoryFs; spool: Spool; reader: StreamReader }> {
  const clock = manualClock();
  const first = memoryFs();
  const killed = await openTestSpool(first, clock, options);
  await write(killed, ...lines);
  const fs = first.kill();
  await killed[Symbol.asyncDispose]();
  damage(fs, fs.paths().filter((path) => path.endsWith(".seg")));
  const spool = await openTestSpool(fs, clock, options);
  const [reader] = spool.backlog();
  assert.ok(reader);
  return {
    fs,
    spool,
    reader,
    async [Symbol.asyncDispose]() {
      await spool[Symbol.asyncDispose]();
      clock[Symbol.dispose]();
    },
  };
}

function flip(fs: MemoryFs, path: string, offset: number): void {
  const bytes = fs.bytesOf(path).slice();
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x40;
  fs.plant(path, bytes);
}

const LINES = ["one", "two", "three", "four"];

Deno.test.each([
  ["header", 9],
  ["magic", 0],
  ["payload", 50],
])("readBatch() declares one block as a gap when its %s is damaged", async (_name, offset) => {
  await using setup = await backlogOf(LINES, {}, (fs, [path = ""]) => {
    flip(fs, path, (blockOffsets(fs.bytesOf(path))[1] ?? 0) + offset);
  });
  const central = new ScriptedCentral();
  await drain(setup.reader, central);
  assert.deepEqual(central.lines.slice(0, 3), ["one", "three", "four"]);
  assert.deepEqual(central.gaps, [{ firstSequence: 1, recordCount: 1, reason: "corrupt" }]);
  assert.ok(setup.fs.paths().some((path) => path.startsWith("/spool/quarantine/")));
  assert.ok(setup.spool.stats().damagedBytes > 48);
});

Deno.test("readBatch() declares a segment that is missing between others", async () => {
  await using setup = await backlogOf(LINES, { segmentBytes: 1 }, (fs, segments) => {
    void fs.remove(segments[1] ?? "");
  });
  const central = new ScriptedCentral();
  const { reader, spool } = setup;
  await reader.acknowledge(
    central.take((await reader.readBatch({ maxBytes: 1 }))?.bytes ?? new Uint8Array(0)),
  );
  await reader.acknowledge(
    central.take((await reader.readBatch({ maxBytes: 1 }))?.bytes ?? new Uint8Array(0)),
  );
  assert.deepEqual(spool.stats().streams[0]?.dropped, { missing: 1 });
  assert.equal(spool.stats().streams[0]?.delivered, 1);
  await drain(reader, central);
  assert.deepEqual(central.lines.slice(0, 3), ["one", "three", "four"]);
  assert.deepEqual(central.gaps, [{ firstSequence: 1, recordCount: 1, reason: "missing" }]);
});

Deno.test("readBatch() throws while the disk refuses, then gives the segment up", async () => {
  await using setup = await backlogOf(LINES, { segmentBytes: 1 }, () => {});
  const { fs, reader } = setup;
  fs.fault = (call, path) => call === "read" && path.endsWith("00.seg") ? "bad sector" : undefined;
  for (let i = 0; i < 4; i++) {
    await assert.rejects(reader.readBatch({ maxBytes: 100 }), { code: "ERR_SPOOL_READ", retryable: true });
  }
  const central = new ScriptedCentral();
  await drain(reader, central);
  assert.deepEqual(central.gaps, [{ firstSequence: 0, recordCount: 1, reason: "unreadable" }]);
  assert.deepEqual(central.lines.slice(0, 3), ["two", "three", "four"]);
});

Deno.test("readBatch() gives whole blocks within the limit, and one block at least", async () => {
  await using setup = await backlogOf(LINES, {}, () => {});
  const { reader } = setup;
  assert.equal((await reader.readBatch({ maxBytes: 1 }))?.blockCount, 1);
  const two = (await reader.readBatch({ maxBytes: 1 }))?.bytes.byteLength ?? 0;
  assert.equal((await reader.readBatch({ maxBytes: 2 * two + 10 }))?.blockCount, 2);
  assert.equal((await reader.readBatch({ maxBytes: 10_000, maxRecords: 3 }))?.blockCount, 3);
});

Deno.test("acknowledge() removes delivered segments and remembers the watermark", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const spool = await openTestSpool(fs, clock, { segmentBytes: 1 });
  await write(spool, ...LINES);
  await spool.live.readBatch({ maxBytes: 10_000 });
  await spool.live.acknowledge(3);
  assert.deepEqual(fs.paths().filter((path) => path.endsWith(".seg")).map((path) => path.slice(-5)), [
    "3.seg",
  ]);
  const left = fs.kill();
  await spool[Symbol.asyncDispose]();
  await using again = await openTestSpool(left, clock);
  assert.equal((await again.backlog()[0]?.readBatch({ maxBytes: 1 }))?.firstSequence, 3);
});

Deno.test("acknowledge() inside a block sends that block again", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using spool = await openTestSpool(fs, clock);
  spool.append(LINES, 1, owner);
  await spool.flush();
  await spool.live.readBatch({ maxBytes: 1 });
  await spool.live.acknowledge(2);
  const batch = await spool.live.readBatch({ maxBytes: 1 });
  assert.deepEqual([batch?.firstSequence, batch?.nextSequence], [0, 4]);
  assert.equal(spool.stats().unacknowledgedRecords, 2);
});

Deno.test("acknowledge() goes back when central has lost records that are still here", async () => {
  await using setup = await backlogOf(LINES, { segmentBytes: 1_000 }, () => {});
  const { reader } = setup;
  await reader.readBatch({ maxBytes: 10_000 });
  await reader.acknowledge(3);
  await reader.acknowledge(1);
  const central = new ScriptedCentral();
  central.watermark = 1;
  await drain(reader, central);
  assert.deepEqual(central.lines.slice(0, 3), ["two", "three", "four"]);
  assert.deepEqual(central.gaps, []);
});

Deno.test("acknowledge() declares what central has lost when it is gone here too", async () => {
  await using setup = await backlogOf(LINES, { segmentBytes: 1 }, () => {});
  const { reader, spool } = setup;
  await reader.readBatch({ maxBytes: 10_000 });
  await reader.acknowledge(3);
  await reader.acknowledge(0);
  const central = new ScriptedCentral();
  await drain(reader, central);
  assert.deepEqual(central.gaps, [{ firstSequence: 0, recordCount: 3, reason: "lost_by_central" }]);
  assert.equal(central.lines[0], "four");
  assert.deepEqual(spool.backlog(), []);
});

Deno.test("acknowledge() beyond the live stream gives later records sequences of their own", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using spool = await openTestSpool(fs, clock);
  await write(spool, "one");
  await spool.live.readBatch({ maxBytes: 1 });
  await spool.live.acknowledge(100);
  await write(spool, "two");
  const central = new ScriptedCentral();
  central.watermark = 100;
  await drain(spool.live, central);
  assert.deepEqual(central.lines, ["two"]);
  assert.equal(central.watermark, 101);
});

Deno.test.each([-1, 0.5, NaN, 2 ** 60])("acknowledge() ignores the watermark %d", async (watermark) => {
  await using setup = await backlogOf(LINES, {}, () => {});
  await setup.reader.acknowledge(watermark);
  assert.equal((await setup.reader.readBatch({ maxBytes: 1 }))?.firstSequence, 0);
});

Deno.test("a cursor that points nowhere costs reading, not records", async () => {
  await using setup = await backlogOf(LINES, {}, (fs, [path = ""]) => {
    const cursor = JSON.stringify({
      next: 1,
      place: { segment: 0, offset: 17, sequence: 1 },
      dropped: { x: 1 },
    });
    fs.plant(path.replace(/[^/]*$/, "cursor"), new TextEncoder().encode(cursor));
  });
  const central = new ScriptedCentral();
  central.watermark = 1;
  await drain(setup.reader, central);
  assert.deepEqual(central.lines.slice(0, 3), ["two", "three", "four"]);
  assert.deepEqual(central.gaps, []);
});

Deno.test("a live stream goes on in a new segment when its file was removed under it", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using spool = await openTestSpool(fs, clock);
  await write(spool, "one");
  await fs.remove(fs.paths().find((path) => path.endsWith(".seg")) ?? "");
  const central = new ScriptedCentral();
  await drain(spool.live, central);
  await write(spool, "two", "three");
  await drain(spool.live, central);
  assert.deepEqual(central.gaps, [{ firstSequence: 0, recordCount: 1, reason: "missing" }]);
  assert.deepEqual(central.lines, ["two", "three"]);
});

Deno.test("waitForData() returns at the next commit, and when its signal aborts", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  await using spool = await openTestSpool(fs, clock);
  const stop = new AbortController();
  const data = spool.live.waitForData(stop.signal);
  spool.append("one", 1, owner);
  await data;
  assert.ok(await spool.live.readBatch({ maxBytes: 1 }));
  await spool.live.acknowledge(1);
  const nothing = spool.live.waitForData(stop.signal);
  stop.abort();
  await nothing;
});
