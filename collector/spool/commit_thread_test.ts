import assert from "node:assert/strict";
import { decodeLines, splitBatch } from "@reflow/shared/record";
import { nullLogger } from "@reflow/shared/telemetry";
import { systemClock } from "@reflow/shared/time";
import { drain, ScriptedCentral } from "./_testing.ts";
import { startCommitThread } from "./commit_thread.ts";
import { denoFs } from "./deno_fs.ts";
import type { CommitJob, CommitResult, CommitThread } from "./fs.ts";
import { openSpool } from "./spool.ts";
import { type AppendOutcome, DEFAULT_SPOOL_OPTIONS } from "./types.ts";

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "commit_thread_test_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** The result of a job that is watched without a turn of the event loop. */
function resultOf(job: CommitJob): CommitResult {
  job.wait(30_000);
  const result = job.look();
  assert(result !== undefined, "the thread does not answer");
  return result;
}

function started(): CommitThread {
  const thread = startCommitThread();
  untilReady(thread);
  return thread;
}

function untilReady(thread: CommitThread): void {
  const deadlineMs = performance.now() + 30_000;
  while (!thread.isReady) assert(performance.now() < deadlineMs, "the thread does not start");
}

/** A thread that says it is ready and breaks at its first job. */
const BREAKING = new URL(
  `data:text/javascript,${
    encodeURIComponent(`self.onmessage = ({ data }) => {
      if (data.kind !== "start") throw new Error("broken");
      Atomics.store(new Int32Array(data.control, 0, 3), 0, 1);
    };`)
  }`,
);

const block = (firstSequence: number, lines: readonly string[]) => ({
  lines,
  firstSequence,
  firstReceivedAtMs: 1_700_000_000_000 + firstSequence,
});

Deno.test("a thread writes blocks and says so without a turn of the event loop", async () => {
  await using place = await folder();
  using thread = started();
  const path = `${place.path}/segment`;
  await Deno.writeTextFile(path, "");
  using file = thread.openFile(path);
  const odd = ["é 🙂", "\ud800", "x".repeat(3_000_000)];
  const first = resultOf(file.commit([block(0, ["one", "two"]), block(2, ["three"])]));
  const second = resultOf(file.commit([block(3, odd), block(6, ["last"])]));
  assert(first.kind === "durable" && second.kind === "durable");
  const bytes = await Deno.readFile(path);
  assert.equal(bytes.byteLength, first.bytes + second.bytes);
  const blocks = splitBatch(bytes);
  assert.deepEqual(blocks.map(({ header }) => [header.firstSequence, header.recordCount]), [
    [0, 2],
    [2, 1],
    [3, 3],
    [6, 1],
  ]);
  assert.deepEqual(blocks.flatMap(({ header, payload }) => decodeLines(header, payload)), [
    ...["one", "two", "three", "é 🙂", "\ufffd"],
    ...["x".repeat(3_000_000), "last"],
  ]);
  assert.equal(blocks[3]?.header.firstReceivedAtMs, 1_700_000_000_006);
});

Deno.test("a thread tells the event loop of a finished job", async () => {
  await using place = await folder();
  using thread = started();
  await Deno.writeTextFile(`${place.path}/segment`, "");
  using file = thread.openFile(`${place.path}/segment`);
  const job = file.commit([block(0, ["one"])]);
  await job.finished;
  assert.equal(job.look()?.kind, "durable");
});

Deno.test("a thread reports what the system said and goes on with other files", async () => {
  await using place = await folder();
  using thread = started();
  using absent = thread.openFile(`${place.path}/absent/segment`);
  const failed = resultOf(absent.commit([block(0, ["one"])]));
  assert(failed.kind === "failed");
  assert.match(failed.error.message, /No such file/);
  await Deno.writeTextFile(`${place.path}/segment`, "");
  using file = thread.openFile(`${place.path}/segment`);
  assert.equal(resultOf(file.commit([block(0, ["one"])])).kind, "durable");
});

Deno.test("a thread that is stopped is not ready and fails its jobs", async () => {
  await using place = await folder();
  const thread = started();
  await Deno.writeTextFile(`${place.path}/segment`, "");
  const file = thread.openFile(`${place.path}/segment`);
  thread[Symbol.dispose]();
  assert.equal(thread.isReady, false);
  const job = file.commit([block(0, ["one"])]);
  await job.finished;
  assert.equal(job.look()?.kind, "failed");
  file[Symbol.dispose]();
});

Deno.test("a thread takes the next job when it could not be given one", async () => {
  await using place = await folder();
  using thread = started();
  await Deno.writeTextFile(`${place.path}/segment`, "");
  using file = thread.openFile(`${place.path}/segment`);
  const unmanageable: readonly string[] = Object.assign(["one"], {
    join: () => {
      throw new RangeError("no memory");
    },
  });
  assert.throws(() => file.commit([block(0, unmanageable)]), { message: "no memory" });
  assert.equal(resultOf(file.commit([block(0, ["one"])])).kind, "durable");
  assert.equal(resultOf(file.commit([block(1, ["two"])])).kind, "durable");
});

Deno.test("a spool fails the records of a thread that breaks, and goes on without it", async () => {
  await using place = await folder();
  let thread: CommitThread | undefined;
  const fs = { ...denoFs, startThread: () => thread = startCommitThread(BREAKING) };
  const options = { ...DEFAULT_SPOOL_OPTIONS, folder: place.path, maxBlockRecords: 10 };
  await using spool = await openSpool({ fs, clock: systemClock, log: nullLogger }, options);
  const durable: string[] = [];
  let failed = 0;
  const append = (line: string) => {
    const settled = (outcome: AppendOutcome) => void (outcome === "durable" ? durable.push(line) : failed++);
    assert.equal(spool.append(line, 1, { settled }), undefined);
  };
  for (let i = 0; i < 100; i++) append(`before ${i}`);
  assert(thread !== undefined, "a flood starts no thread");
  untilReady(thread);
  for (let i = 0; i < 20; i++) append(`meanwhile ${i}`);
  await spool.flush();
  assert.equal(thread.isReady, false);
  assert.ok(failed >= 10, `${failed} records failed`);
  const failedByThread = failed;
  for (let i = 0; i < 100; i++) append(`after ${i}`);
  await spool.flush();
  assert.equal(failed, failedByThread);
  assert.deepEqual(spool.health(), { ok: true });
  const central = new ScriptedCentral();
  await drain(spool.live, central);
  assert.deepEqual(central.lines, durable);
  assert.deepEqual(central.gaps, []);
});
