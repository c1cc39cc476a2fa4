import assert from "node:assert/strict";
import { splitBatch } from "@reflow/shared/record";
import { manualClock } from "@reflow/shared/time";
import { memoryFs } from "./_memory_fs.ts";
import { appendLine, drain, openTestSpool, rememberingOwner, ScriptedCentral } from "./_testing.ts";
import { SpoolError } from "./spool_error.ts";
import type { AppendOutcome } from "./types.ts";

const codeOf = (outcome: AppendOutcome) => outcome === "durable" ? outcome : outcome.code;

Deno.test("append() settles nothing before the sync, then everything that arrived before it", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const gate = Promise.withResolvers<void>();
  await using spool = await openTestSpool(fs, clock);
  fs.syncGate = gate.promise;
  const order: number[] = [];
  for (let i = 0; i < 3; i++) spool.append(`record ${i}`, 1, { settled: () => void order.push(i) });
  await clock.advance(5);
  for (let i = 3; i < 6; i++) spool.append(`record ${i}`, 1, { settled: () => void order.push(i) });
  await clock.advance(5);
  assert.deepEqual(order, []);
  assert.equal(await spool.live.readBatch({ maxBytes: 1_000 }), undefined);
  gate.resolve();
  await spool.flush();
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  // What arrived while the first sync was under way shares the second.
  assert.equal(spool.stats().commits, 2);
});

Deno.test("append() keeps the records of one frame in one block", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const owner = rememberingOwner();
  await using spool = await openTestSpool(fs, clock, { maxBlockRecords: 3 });
  spool.append(["a", "b"], 1, owner);
  spool.append(["c", "d"], 1, owner);
  await spool.flush();
  const batch = await spool.live.readBatch({ maxBytes: 10_000 });
  const blocks = splitBatch(batch?.bytes ?? new Uint8Array(0));
  assert.deepEqual(blocks.map((block) => block.header.recordCount), [2, 2]);
  assert.deepEqual(owner.outcomes, ["durable", "durable"]);
});

Deno.test("append() refuses what memory may not hold, and takes records again afterwards", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const gate = Promise.withResolvers<void>();
  const owner = rememberingOwner();
  await using spool = await openTestSpool(fs, clock, { maxPendingBytes: 100 });
  fs.syncGate = gate.promise;
  for (let i = 0; i < 5; i++) appendLine(spool, "x".repeat(30), owner);
  assert.deepEqual(owner.outcomes.map(codeOf), ["ERR_SPOOL_OVERLOADED", "ERR_SPOOL_OVERLOADED"]);
  gate.resolve();
  await spool.flush();
  appendLine(spool, "y", owner);
  await spool.flush();
  assert.deepEqual(owner.outcomes.slice(2), ["durable", "durable", "durable", "durable"]);
  assert.deepEqual(spool.stats().refused, { ERR_SPOOL_OVERLOADED: 2 });
  assert.equal(spool.live.id, spool.stats().streams[0]?.id);
  assert.equal(spool.stats().streams[0]?.nextSequence, 4);
});

Deno.test("append() refuses records beyond the disk limit until central has taken some", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const owner = rememberingOwner();
  await using spool = await openTestSpool(fs, clock, { maxBytes: 150, segmentBytes: 1 });
  for (let i = 0; i < 4; i++) {
    appendLine(spool, `record ${i}`, owner);
    await spool.flush();
  }
  assert.deepEqual(owner.outcomes.map(codeOf), ["durable", "durable", "durable", "ERR_SPOOL_FULL"]);
  await drain(spool.live, new ScriptedCentral());
  appendLine(spool, "record 4", owner);
  await spool.flush();
  assert.equal(owner.outcomes.at(-1), "durable");
});

Deno.test.each([
  ["cannot be written", "append", "no space left"],
  ["is written in part", "append", 5],
  ["cannot be synced", "syncData", "input/output error"],
  ["cannot get a segment", "openAppend", "too many open files"],
  ["cannot name its segment", "syncFolder", "input/output error"],
])(
  "append() fails the records of a block that %s and uses their sequences again",
  async (_name, call, fault) => {
    const fs = memoryFs();
    using clock = manualClock();
    const owner = rememberingOwner();
    await using spool = await openTestSpool(fs, clock, { segmentBytes: 1 });
    spool.append("before", 1, owner);
    await spool.flush();
    let left = 1;
    fs.fault = (asked) => {
      if (asked !== call) return undefined;
      if (typeof fault === "number") return left-- > 0 ? fault : left > -2 ? 0 : undefined;
      return left-- > 0 ? fault : undefined;
    };
    spool.append(["lost 1", "lost 2"], 1, owner);
    await spool.flush();
    assert.equal(spool.health().ok, false);
    assert.equal(spool.health().lastError?.code, "ERR_SPOOL_WRITE");
    spool.append("after", 1, owner);
    await spool.flush();
    assert.deepEqual(owner.outcomes.map(codeOf), ["durable", "ERR_SPOOL_WRITE", "durable"]);
    assert.deepEqual(spool.health(), { ok: true });
    const central = new ScriptedCentral();
    await drain(spool.live, central);
    assert.deepEqual(central.lines, ["before", "after"]);
    assert.deepEqual(central.gaps, []);
  },
);

Deno.test("append() commits at once when a flood keeps the event loop from turning", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const owner = rememberingOwner();
  const gate = Promise.withResolvers<void>();
  await using spool = await openTestSpool(fs, clock, { maxBlockRecords: 10 });
  fs.syncGate = gate.promise;
  spool.append("record", 1, owner);
  await clock.advance(0);
  for (let i = 1; i < 1_000; i++) spool.append(`record ${i}`, 1, owner);
  assert.ok(owner.outcomes.length >= 970, `${owner.outcomes.length} settled`);
  assert.ok(fs.syncs.blocking >= 90);
  gate.resolve();
  await spool.flush();
  assert.equal(owner.outcomes.length, 1_000);
});

Deno.test("append() leaves a slow disk alone while the event loop turns", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const owner = rememberingOwner();
  const gate = Promise.withResolvers<void>();
  await using spool = await openTestSpool(fs, clock, { maxBlockRecords: 10 });
  fs.syncGate = gate.promise;
  spool.append("record", 1, owner);
  for (let i = 0; i < 50; i++) {
    await clock.advance(3);
    for (let j = 0; j < 10; j++) spool.append(`record ${i} ${j}`, 1, owner);
  }
  assert.equal(fs.syncs.blocking, 0);
  assert.equal(owner.outcomes.length, 0);
  gate.resolve();
  await spool.flush();
  assert.equal(owner.outcomes.length, 501);
});

Deno.test("append() commits on a thread in a long flood, and blocks when the thread falls far behind", async () => {
  const fs = memoryFs();
  fs.hasThreads = true;
  using clock = manualClock();
  const owner = rememberingOwner();
  await using spool = await openTestSpool(fs, clock, { maxBlockRecords: 10, maxPendingBytes: 2_000 });
  const lines = Array.from({ length: 400 }, (_, i) => `record ${i}`);
  const append = (from: number, to: number) => {
    for (const line of lines.slice(from, to)) appendLine(spool, line, owner);
  };
  append(0, 100);
  assert.deepEqual(fs.syncs, { awaited: 0, blocking: 4, onThread: 1 });
  assert.equal(owner.outcomes.length, 40);
  fs.finishJobs();
  append(100, 101);
  assert.equal(owner.outcomes.length, 50);
  assert.equal(fs.syncs.onThread, 2);
  // Nobody ends the jobs from here on, so each one is waited for when half of the memory is used.
  append(101, 400);
  assert.equal(fs.syncs.blocking, 4);
  assert.ok(owner.outcomes.length > 250, `${owner.outcomes.length} settled`);
  await spool.flush();
  assert.deepEqual(new Set(owner.outcomes), new Set(["durable"]));
  assert.equal(owner.outcomes.length, 400);
  const central = new ScriptedCentral();
  await drain(spool.live, central);
  assert.deepEqual(central.lines, lines);
});

Deno.test.each([
  ["write", "append", "no space left"],
  ["write in full", "append", 5],
  ["sync", "syncData", "input/output error"],
])(
  "append() fails the records that a thread cannot %s and uses their sequences again",
  async (_, call, fault) => {
    const fs = memoryFs();
    fs.hasThreads = true;
    using clock = manualClock();
    const owner = rememberingOwner();
    await using spool = await openTestSpool(fs, clock, { maxBlockRecords: 10 });
    for (let i = 0; i < 61; i++) appendLine(spool, `record ${i}`, owner);
    await spool.flush();
    const before = owner.outcomes.length;
    assert.equal(before, 61);
    const { onThread } = fs.syncs;
    let left = 1;
    fs.fault = (asked) => asked === call && left-- > 0 ? fault : undefined;
    for (let i = 0; i < 11; i++) appendLine(spool, `lost ${i}`, owner);
    assert.equal(fs.syncs.onThread, onThread + 1);
    await spool.flush();
    assert.deepEqual(owner.outcomes.slice(before).map(codeOf), [
      ...Array.from({ length: 10 }, () => "ERR_SPOOL_WRITE"),
      "durable",
    ]);
    const central = new ScriptedCentral();
    await drain(spool.live, central);
    assert.deepEqual(central.lines.slice(61), ["lost 10"]);
    assert.deepEqual(central.gaps, []);
  },
);

Deno.test("append() uses the sequences again of records that a thread could not be given", async () => {
  const memory = memoryFs();
  memory.hasThreads = true;
  let left = 2;
  const fs = {
    ...memory,
    startThread() {
      const thread = memory.startThread();
      const openFile = (path: string) => {
        const file = thread.openFile(path);
        const commit: typeof file.commit = (blocks) => {
          if (left-- > 0) throw new RangeError("no memory");
          return file.commit(blocks);
        };
        return { ...file, commit };
      };
      return { ...thread, openFile };
    },
  };
  using clock = manualClock();
  const owner = rememberingOwner();
  await using spool = await openTestSpool(fs, clock, { maxBlockRecords: 10 });
  for (let i = 0; i < 100; i++) {
    appendLine(spool, `record ${i}`, owner);
    if (i % 10 === 5) memory.finishJobs();
  }
  await spool.flush();
  assert.equal(owner.outcomes.filter((outcome) => outcome !== "durable").length, 20);
  const central = new ScriptedCentral();
  await drain(spool.live, central);
  assert.deepEqual(central.gaps, []);
  assert.equal(central.lines.length, 80);
  assert.equal(central.lines.at(-1), "record 99");
});

Deno.test("append() frees the disk of what is delivered when nothing more fits", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const owner = rememberingOwner();
  await using spool = await openTestSpool(fs, clock);
  appendLine(spool, "before", owner);
  await spool.flush();
  const segments = () => fs.paths().filter((path) => path.endsWith(".seg"));
  const [old = ""] = segments();
  fs.fault = (call) => call === "append" && segments().includes(old) ? "no space left" : undefined;
  appendLine(spool, "refused before it is delivered", owner);
  await spool.flush();
  assert.deepEqual(segments(), [old]);
  const central = new ScriptedCentral();
  await drain(spool.live, central);
  const delivery = new AbortController();
  const waiting = spool.live.waitForData(delivery.signal);
  appendLine(spool, "refused while it is removed", owner);
  await spool.flush();
  await clock.advance(0);
  assert.deepEqual(segments().includes(old), false);
  appendLine(spool, "after", owner);
  await spool.flush();
  await waiting;
  assert.deepEqual(owner.outcomes.map(codeOf), ["durable", "ERR_SPOOL_WRITE", "ERR_SPOOL_WRITE", "durable"]);
  await drain(spool.live, central);
  assert.deepEqual(central.lines, ["before", "after"]);
  assert.deepEqual(central.gaps, []);
});

Deno.test("append() refuses after the end, and an owner that throws harms nobody else", async () => {
  const fs = memoryFs();
  using clock = manualClock();
  const owner = rememberingOwner();
  const spool = await openTestSpool(fs, clock);
  spool.append("one", 1, {
    settled() {
      throw new Error("broken");
    },
  });
  appendLine(spool, "two", owner);
  await spool[Symbol.asyncDispose]();
  appendLine(spool, "three", owner);
  const [first, second] = owner.outcomes;
  assert.equal(first, "durable");
  assert.ok(second instanceof SpoolError);
  assert.equal(second.code, "ERR_SPOOL_CLOSED");
});
