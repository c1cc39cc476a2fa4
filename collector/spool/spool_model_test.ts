import assert from "node:assert/strict";
import { seededRandom } from "@reflow/tests/support/seeded-random";
import fc from "fast-check";
import { manualClock } from "@reflow/shared/time";
import { type FaultyCall, type MemoryFs, memoryFs } from "./_memory_fs.ts";
import { drain, openTestSpool, ScriptedCentral } from "./_testing.ts";
import type { Spool, StreamReader } from "./types.ts";

type Action =
  | { readonly do: "append"; readonly frames: number; readonly linesPerFrame: number }
  | { readonly do: "flush" }
  | { readonly do: "turn" }
  | { readonly do: "hold" | "release" | "finish_jobs" }
  | { readonly do: "fault"; readonly call: FaultyCall; readonly times: number; readonly isShort: boolean }
  | {
    readonly do: "ship";
    readonly batches: number;
    readonly maxBytes: number;
    readonly isAnswerLost: boolean;
  }
  | { readonly do: "crash" | "kill" | "restart" };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      frames: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 20, max: 60 })),
      linesPerFrame: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "flush" as const }) },
  { weight: 3, arbitrary: fc.constant({ do: "turn" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("hold" as const, "release" as const) }) },
  { weight: 2, arbitrary: fc.constant({ do: "finish_jobs" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      call: fc.constantFrom<FaultyCall[]>(
        "append",
        "syncData",
        "syncFolder",
        "openAppend",
        "truncate",
        "replace",
        "read",
        "remove",
      ),
      times: fc.integer({ min: 1, max: 3 }),
      isShort: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("ship" as const),
      batches: fc.integer({ min: 1, max: 4 }),
      maxBytes: fc.integer({ min: 1, max: 1_000 }),
      isAnswerLost: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("crash" as const, "kill" as const, "restart" as const) }),
  },
);

/** Runs the actions on a spool over a machine that can lose power, and remembers what was promised. */
class Model {
  readonly clock = manualClock();
  readonly central = new Map<string, ScriptedCentral>();
  readonly durable: string[] = [];
  readonly #random: () => number;
  readonly #hasThreads: boolean;
  #fs: MemoryFs = memoryFs();
  #spool: Spool | undefined;
  #gate = Promise.withResolvers<void>();
  #count = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#hasThreads = this.#random() < 0.7;
  }

  async run(step: Action): Promise<void> {
    const spool = this.#spool ?? await this.#open();
    switch (step.do) {
      case "append":
        for (let i = 0; i < step.frames; i++) this.#append(spool, step.linesPerFrame);
        return;
      case "flush":
        this.#release();
        return await spool.flush();
      case "turn":
        return await this.clock.advance(2);
      case "hold":
        this.#release();
        this.#gate = Promise.withResolvers();
        this.#fs.syncGate = this.#gate.promise;
        return;
      case "finish_jobs":
        return this.#fs.finishJobs();
      case "release":
        this.#release();
        return await this.clock.advance(2);
      case "fault":
        return this.#fault(step);
      case "ship":
        for (const reader of [...spool.backlog(), spool.live]) await this.#ship(reader, step);
        return;
      case "crash":
      case "kill": {
        const left = step.do === "kill" ? this.#fs.kill() : this.#fs.crash(this.#random);
        // What the dead process would still have done happens to the old file system, and its promises do not count.
        this.#spool = undefined;
        this.#release();
        await spool[Symbol.asyncDispose]();
        this.#fs = left;
        return;
      }
      case "restart":
        return await this.#stop();
    }
  }

  /** Everything repaired and delivered. */
  async finish(): Promise<void> {
    await this.#stop();
    const spool = await this.#open();
    for (const reader of spool.backlog()) await drain(reader, this.#centralOf(reader), 500);
    assert.deepEqual(spool.backlog(), []);
    await this.#stop();
    assert.deepEqual(this.#fs.paths(), ["/spool/collector.id", "/spool/spool.lock"]);
    for (const central of this.central.values()) {
      assert.equal(central.lines.at(-1)?.charAt(0), "L", "a stream has no end");
    }
    this.clock[Symbol.dispose]();
  }

  /** What central holds, stream by stream, without the records that end a stream. */
  stored(): string[] {
    const streams = [...this.central].sort(([a], [b]) => a < b ? -1 : 1);
    return streams.flatMap(([, central]) => central.lines).filter((line) => line.startsWith("record"));
  }

  async #open(): Promise<Spool> {
    this.#fs.fault = undefined;
    this.#fs.hasThreads = this.#hasThreads;
    const spool = await openTestSpool(this.#fs, this.clock, {
      segmentBytes: 400,
      maxBlockBytes: 60,
      maxBlockRecords: 5,
      maxPendingBytes: 2_000,
    });
    this.#spool = spool;
    return spool;
  }

  #append(spool: Spool, lineCount: number): void {
    const lines = Array.from({ length: lineCount }, () => `record ${String(this.#count++).padStart(6, "0")}`);
    const { durable } = this;
    spool.append(lineCount === 1 ? lines[0] ?? "" : lines, 1_000, {
      settled: (outcome) => {
        if (outcome === "durable" && this.#spool === spool) durable.push(...lines);
      },
    });
  }

  #release(): void {
    this.#fs.syncGate = undefined;
    this.#gate.resolve();
  }

  #fault({ call, times, isShort }: Extract<Action, { do: "fault" }>): void {
    let left = times;
    this.#fs.fault = (asked) => {
      if (asked !== call || left-- <= 0) return undefined;
      return isShort && call === "append" ? 3 : "injected";
    };
  }

  async #ship(reader: StreamReader, step: Extract<Action, { do: "ship" }>): Promise<void> {
    try {
      for (let i = 0; i < step.batches; i++) {
        const batch = await reader.readBatch({ maxBytes: step.maxBytes });
        if (batch === undefined) return;
        const watermark = this.#centralOf(reader).take(batch.bytes);
        if (!step.isAnswerLost) await reader.acknowledge(watermark);
      }
    } catch (error) {
      // A disk that refuses to be read; the shipper would come again.
      if (!(error instanceof Error && "code" in error && error.code === "ERR_SPOOL_READ")) throw error;
    }
  }

  #centralOf(reader: StreamReader): ScriptedCentral {
    let central = this.central.get(reader.id);
    if (central === undefined) this.central.set(reader.id, central = new ScriptedCentral());
    return central;
  }

  async #stop(): Promise<void> {
    this.#release();
    await this.#spool?.[Symbol.asyncDispose]();
    this.#spool = undefined;
  }
}

Deno.test("a spool gives back each durable record exactly once and in order when the machine fails in any way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 1, maxLength: 40 }),
      fc.integer(),
      async (actions, seed) => {
        const model = new Model(seed);
        for (const step of actions) await model.run(step);
        await model.finish();
        const stored = model.stored();
        assert.equal(new Set(stored).size, stored.length, "a record was stored twice");
        const promised = new Set(model.durable);
        assert.deepEqual(stored.filter((line) => promised.has(line)), model.durable);
      },
    ),
    { numRuns: Number(Deno.env.get("SPOOL_MODEL_RUNS") ?? 300) },
  );
});
