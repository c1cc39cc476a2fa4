import assert from "node:assert/strict";
import { decodeLines, splitBatch } from "@reflow/shared/record";
import { startCommitThread } from "./commit_thread.ts";
import type { CommitJob, CommitResult, CommitThread } from "./fs.ts";

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
  const deadlineMs = performance.now() + 30_000;
  while (!thread.isReady) assert(performance.now() < deadlineMs, "the thread does not start");
  return thread;
}

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
