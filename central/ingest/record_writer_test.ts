import assert from "node:assert/strict";
import { newUuid, type StreamId } from "@reflow/shared/ids";
import { nullLogger } from "@reflow/shared/telemetry";
import { manualClock } from "@reflow/shared/time";
import { StoreError } from "../store/mod.ts";
import type { IngestResult, OwnLines } from "./ingest.ts";
import type { StoreOutcome } from "@reflow/shared/connection";
import { createRecordWriter, type RecordWriterOptions } from "./mod.ts";

interface Call extends OwnLines {
  readonly stream: StreamId;
  readonly answer: (result: IngestResult) => void;
  readonly fail: (error: Error) => void;
}

const OPTIONS = { maxPendingBytes: 100, maxBatchRecords: 3, maxBatchDelayMs: 0 };
const AWAY = new StoreError("Cannot x: away", { code: "ERR_STORE_UNAVAILABLE", retryable: true });

function setup(options: Partial<RecordWriterOptions> = {}) {
  const clock = manualClock();
  const calls: Call[] = [];
  const beats: (readonly StreamId[])[] = [];
  const waiting: ((call: Call) => void)[] = [];
  const writer = createRecordWriter({
    ingest: {
      ingestLines(stream, own) {
        return new Promise((answer, fail) => {
          const call = { stream, ...own, answer, fail };
          calls.push(call);
          waiting.shift()?.(call);
        });
      },
    },
    heartbeat: (streams) => {
      beats.push(streams);
      return Promise.resolve();
    },
    clock,
    log: nullLogger,
    random: () => 0.5,
    collectorId: newUuid(),
    newStreamId: newUuid,
  }, { ...OPTIONS, ...options });
  let taken = 0;
  const outcomes: [string, StoreOutcome][] = [];
  return {
    clock,
    beats,
    outcomes,
    writer,
    calls,
    /** The next call that the writer makes. */
    call(): Promise<Call> {
      const known = calls[taken++];
      return known === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(known);
    },
    append(name: string, lines: string | readonly string[]): Promise<StoreOutcome> {
      return new Promise((resolve) => {
        const settled = (outcome: StoreOutcome) => {
          outcomes.push([name, outcome]);
          resolve(outcome);
        };
        const refusal = writer.append(lines, 0, { settled });
        if (refusal !== undefined) settled(refusal);
      });
    },
  };
}

Deno.test("a record writer gathers while one transaction is under way, and settles in order", async () => {
  const { clock, writer, call, append, outcomes } = setup();
  using _clock = clock;
  await using _writer = writer;
  const first = append("a", "a");
  const one = await call();
  const last = [append("b", ["b1", "b2"]), append("c", "c"), append("d", "d")];
  assert.deepEqual([one.firstSequence, one.lines], [0, ["a"]]);
  assert.equal(outcomes.length, 0);
  one.answer({ kind: "accepted", watermark: 1 });
  assert.equal(await first, "durable");
  const two = await call();
  assert.deepEqual([two.firstSequence, two.lines], [1, ["b1", "b2", "c"]]);
  two.answer({ kind: "accepted", watermark: 4 });
  const three = await call();
  assert.deepEqual([three.firstSequence, three.lines], [4, ["d"]]);
  assert.deepEqual(three.stream, one.stream);
  three.answer({ kind: "accepted", watermark: 5 });
  await Promise.all(last);
  assert.deepEqual(outcomes.map(([name]) => name), ["a", "b", "c", "d"]);
  assert.deepEqual(writer.stats(), { pendingBytes: 0, stored: 5, failed: 0, lastError: undefined });
});

Deno.test("a record writer tries the same sequences again while the store is away", async () => {
  const { clock, writer, call, append } = setup();
  using _clock = clock;
  await using _writer = writer;
  const stored = append("a", "a");
  (await call()).fail(AWAY);
  await clock.untilSleeping(2);
  await clock.advance(1_000);
  const again = await call();
  assert.deepEqual([again.firstSequence, again.lines], [0, ["a"]]);
  again.answer({ kind: "accepted", watermark: 1 });
  assert.equal(await stored, "durable");
});

Deno.test("a record writer gives up after ten seconds and goes on in a stream of another name", async () => {
  const { clock, writer, call, append, beats } = setup();
  using _clock = clock;
  await using _writer = writer;
  let attempts = 0;
  let given: StoreOutcome | undefined;
  const failing = append("a", "a").then((outcome) => given = outcome);
  const first = await call();
  first.fail(AWAY);
  while (given === undefined) {
    attempts++;
    await clock.advance(1_000);
    if (given !== undefined) break;
    (await call()).fail(AWAY);
  }
  assert.deepEqual(await failing, AWAY);
  assert.ok(attempts > 5 && clock.monotonicMs() <= 12_000, `${attempts} attempts`);
  const stored = append("b", "b");
  const second = await call();
  assert.equal(second.firstSequence, 0);
  assert.notEqual(second.stream.stream, first.stream.stream);
  second.answer({ kind: "accepted", watermark: 1 });
  assert.equal(await stored, "durable");
  assert.equal(writer.stats().failed, 1);
  await clock.advance(10_000);
  // The traces in the former stream are open still.
  assert.deepEqual(beats.at(-1), [second.stream, first.stream]);
});

Deno.test("a record writer fails at once for what is not retryable and for a watermark that is not its own", async () => {
  const { clock, writer, call, append } = setup();
  using _clock = clock;
  await using _writer = writer;
  const refused = append("a", "a");
  const error = new StoreError("Cannot x: no", { code: "ERR_STORE_QUERY" });
  (await call()).fail(error);
  assert.deepEqual(await refused, error);
  const missing = append("b", "b");
  (await call()).answer({ kind: "gap", expected: 0 });
  const outcome = await missing;
  assert.ok(outcome !== "durable" && outcome.code === "ERR_STORE_DATA");
});

Deno.test("a record writer refuses what is more than it may keep, and everything once it stops", async () => {
  const { clock, writer, call, append } = setup();
  using _clock = clock;
  const large = append("large", "x".repeat(90));
  const refused = await append("refused", "x".repeat(20));
  assert.ok(refused !== "durable" && refused.code === "ERR_WRITER_OVERLOADED");
  const flying = await call();
  const stopping = writer[Symbol.asyncDispose]();
  const late = await append("late", "x");
  assert.ok(late !== "durable" && late.code === "ERR_WRITER_CLOSED");
  flying.answer({ kind: "accepted", watermark: 1 });
  assert.equal(await large, "durable");
  await stopping;
});

Deno.test("a record writer waits for company as long as it is told", async () => {
  const { clock, writer, call, append, calls } = setup({ maxBatchDelayMs: 5 });
  using _clock = clock;
  await using _writer = writer;
  const both = [append("a", "a"), append("b", "b")];
  await clock.untilSleeping(2);
  assert.equal(calls.length, 0);
  await clock.advance(5);
  const one = await call();
  assert.deepEqual(one.lines, ["a", "b"]);
  one.answer({ kind: "accepted", watermark: 2 });
  assert.deepEqual(await Promise.all(both), ["durable", "durable"]);
});
