import assert from "node:assert/strict";
import { splitBatch } from "@reflow/shared/record";
import { type Logger, nullLogger } from "@reflow/shared/telemetry";
import { type ManualClock, manualClock } from "@reflow/shared/time";
import { type MemoryFs, memoryFs } from "../spool/_memory_fs.ts";
import { openTestSpool, ScriptedCentral } from "../spool/_testing.ts";
import type { Spool } from "../spool/mod.ts";
import { runShipper } from "./shipper.ts";
import {
  createShipCounters,
  DEFAULT_SHIP_OPTIONS,
  type SendOutcome,
  type ShipCounters,
  type ShipOptions,
} from "./types.ts";

/** One outcome for a batch, or what the scripted central says. */
type Script = (bytes: Uint8Array, stream: string, attempt: number) => SendOutcome | undefined;

interface Rig extends AsyncDisposable {
  readonly spool: Spool;
  readonly counters: ShipCounters;
  readonly attempts: number;
  central(stream: string): ScriptedCentral;
  /** Lets time pass until the condition holds. */
  until(condition: () => boolean): Promise<void>;
}

async function startShipper(
  clock: ManualClock,
  options: {
    readonly fs?: MemoryFs;
    readonly script?: Script;
    readonly log?: Logger;
    readonly ship?: Partial<ShipOptions>;
  } = {},
): Promise<Rig> {
  const { script, log = nullLogger } = options;
  const spool = await openTestSpool(options.fs ?? memoryFs(), clock);
  const centrals = new Map<string, ScriptedCentral>();
  const counters = createShipCounters();
  const stop = new AbortController();
  let attempts = 0;
  const central = (stream: string) => {
    let found = centrals.get(stream);
    if (found === undefined) centrals.set(stream, found = new ScriptedCentral());
    return found;
  };
  const running = runShipper(
    {
      spool,
      clock,
      log,
      counters,
      random: () => 0.999,
      sender: {
        send: ({ stream }, bytes) =>
          Promise.resolve(
            script?.(bytes, stream, ++attempts) ??
              { kind: "accepted", watermark: central(stream).take(bytes) },
          ),
      },
    },
    { ...DEFAULT_SHIP_OPTIONS, ...options.ship },
    stop.signal,
  );
  return {
    spool,
    counters,
    central,
    get attempts() {
      return attempts;
    },
    async until(condition) {
      for (let i = 0; i < 2_000 && !condition(); i++) await clock.advance(500);
      assert.ok(condition(), "the condition never held");
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await spool[Symbol.asyncDispose]();
    },
  };
}

async function write(spool: Spool, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    spool.append(line, 1, { settled() {} });
    await spool.flush();
  }
}

const blocksIn = (bytes: Uint8Array) => splitBatch(bytes).length;

Deno.test("runShipper() delivers what is appended, and counts it", async () => {
  using clock = manualClock();
  await using rig = await startShipper(clock);
  await write(rig.spool, "one", "two", "three");
  await rig.until(() => rig.spool.stats().unacknowledgedRecords === 0);
  assert.deepEqual(rig.central(rig.spool.live.id).lines, ["one", "two", "three"]);
  assert.equal(rig.counters.records, 3);
  assert.equal(rig.counters.lastError, undefined);
});

Deno.test("runShipper() sends this run beside the backlog, and the backlog to its end", async () => {
  using clock = manualClock();
  const first = memoryFs();
  const killed = await openTestSpool(first, clock);
  await write(killed, "old");
  const fs = first.kill();
  await killed[Symbol.asyncDispose]();
  let isBacklogStuck = true;
  const script: Script = (_bytes, stream) =>
    isBacklogStuck && stream === killed.live.id ? { kind: "unreachable", message: "down" } : undefined;
  await using rig = await startShipper(clock, { fs, script });
  await write(rig.spool, "new");
  await rig.until(() => rig.central(rig.spool.live.id).lines.length === 1);
  assert.equal(rig.spool.backlog().length, 1);
  isBacklogStuck = false;
  await rig.until(() => rig.spool.backlog().length === 0);
  assert.equal(rig.central(killed.live.id).lines[0], "old");
});

Deno.test("runShipper() keeps everything while central is away, trying less and less often", async () => {
  using clock = manualClock();
  let isAway = true;
  await using rig = await startShipper(clock, {
    script: () => isAway ? { kind: "unreachable", message: "down" } : undefined,
  });
  await write(rig.spool, "one");
  await clock.advance(10 * 60_000);
  assert.ok(rig.attempts > 15 && rig.attempts < 40, `${rig.attempts} attempts`);
  assert.match(rig.counters.lastError?.message ?? "", /down/);
  isAway = false;
  await rig.until(() => rig.central(rig.spool.live.id).lines.length === 1);
});

Deno.test("runShipper() waits as long as central asks", async () => {
  using clock = manualClock();
  await using rig = await startShipper(clock, {
    script: (_bytes, _stream, attempt) =>
      attempt === 1 ? { kind: "throttled", retryAfterMs: 5_000, message: "429" } : undefined,
  });
  await write(rig.spool, "one");
  await clock.advance(4_900);
  assert.equal(rig.attempts, 1);
  await clock.advance(1_000);
  assert.equal(rig.central(rig.spool.live.id).lines.length, 1);
});

Deno.test("runShipper() complains about its credentials once a minute, and keeps the records", async () => {
  using clock = manualClock();
  let complaints = 0;
  const log: Logger = { ...nullLogger, error: () => void complaints++, child: () => log };
  await using rig = await startShipper(clock, {
    log,
    script: () => ({ kind: "unauthorized", message: "401" }),
  });
  await write(rig.spool, "one");
  await clock.advance(5 * 60_000);
  assert.ok(complaints >= 4 && complaints <= 6, `${complaints} complaints`);
  assert.equal(rig.spool.stats().unacknowledgedRecords, 1);
});

Deno.test("runShipper() halves batches that are too large, then splits blocks, then gives up single records", async () => {
  using clock = manualClock();
  const huge = Array.from({ length: 60 }, () => crypto.randomUUID()).join("");
  await using rig = await startShipper(clock, {
    script: (bytes) => bytes.byteLength > 700 ? { kind: "too_large" } : undefined,
  });
  const lines = Array.from({ length: 40 }, () => crypto.randomUUID());
  rig.spool.append(lines, 1, { settled() {} });
  rig.spool.append(huge, 1, { settled() {} });
  await write(rig.spool, "after");
  await rig.until(() => rig.spool.stats().unacknowledgedRecords === 0);
  const central = rig.central(rig.spool.live.id);
  assert.deepEqual(central.lines, [...lines, "after"]);
  assert.deepEqual(central.gaps, [{ firstSequence: 40, recordCount: 1, reason: "too_large" }]);
  const [stream] = rig.spool.stats().streams;
  assert.deepEqual([stream?.delivered, stream?.dropped], [41, { too_large: 1 }]);
  assert.deepEqual(rig.counters.dropped, { too_large: 1 });
  assert.equal(rig.counters.records, 41);
});

Deno.test("runShipper() gives up the one block that central rejects, and no other", async () => {
  using clock = manualClock();
  await using rig = await startShipper(clock, {
    script: (bytes) => {
      const isBad = splitBatch(bytes).some(({ header }) =>
        header.firstSequence === 2 && header.codec !== "dropped"
      );
      return isBad ? { kind: "rejected", message: "400" } : undefined;
    },
  });
  await write(rig.spool, "one", "two", "bad", "four", "five");
  await rig.until(() => rig.spool.stats().unacknowledgedRecords === 0);
  const central = rig.central(rig.spool.live.id);
  assert.deepEqual(central.lines, ["one", "two", "four", "five"]);
  assert.deepEqual(central.gaps, [{ firstSequence: 2, recordCount: 1, reason: "rejected" }]);
});

Deno.test("runShipper() goes back when central expects an earlier record", async () => {
  using clock = manualClock();
  await using rig = await startShipper(clock, {
    script: (bytes, stream) => {
      const first = splitBatch(bytes)[0]?.header.firstSequence ?? 0;
      const { watermark } = rig.central(stream);
      return first > watermark ? { kind: "gap", expected: watermark } : undefined;
    },
  });
  await write(rig.spool, "one", "two");
  await rig.until(() => rig.spool.stats().unacknowledgedRecords === 0);
  // Central was set back to an older state.
  const central = rig.central(rig.spool.live.id);
  central.watermark = 0;
  central.lines.length = 0;
  await write(rig.spool, "three");
  await rig.until(() => central.lines.length === 3);
  assert.deepEqual(central.lines, ["one", "two", "three"]);
});

Deno.test.each<[string, SendOutcome]>([
  ["accepts without progress", { kind: "accepted", watermark: 0 }],
  ["always expects the same record", { kind: "gap", expected: 0 }],
  ["always expects a record beyond the end", { kind: "gap", expected: 50 }],
])("runShipper() does not spin when central %s", async (_name, outcome) => {
  using clock = manualClock();
  await using rig = await startShipper(clock, { script: () => outcome });
  await write(rig.spool, "one");
  await clock.advance(5 * 60_000);
  assert.ok(rig.attempts < 30, `${rig.attempts} attempts`);
  assert.equal(rig.spool.stats().unacknowledgedRecords, 1);
});

Deno.test("runShipper() sends several blocks in one batch", async () => {
  using clock = manualClock();
  const sizes: number[] = [];
  let isAway = true;
  await using rig = await startShipper(clock, {
    script: (bytes) => {
      if (isAway) return { kind: "unreachable", message: "down" };
      sizes.push(blocksIn(bytes));
      return undefined;
    },
  });
  await write(rig.spool, "one", "two", "three", "four");
  isAway = false;
  await rig.until(() => rig.spool.stats().unacknowledgedRecords === 0);
  assert.ok(sizes.includes(4), `${sizes}`);
});

Deno.test("runShipper() stops without waiting for central", async () => {
  using clock = manualClock();
  const spool = await openTestSpool(memoryFs(), clock);
  await write(spool, "one");
  const stop = new AbortController();
  const sending = Promise.withResolvers<void>();
  const running = runShipper(
    {
      spool,
      clock,
      log: nullLogger,
      random: Math.random,
      counters: createShipCounters(),
      sender: {
        send: (_stream, _bytes, signal) =>
          new Promise((resolve) => {
            sending.resolve();
            signal.addEventListener("abort", () => resolve({ kind: "unreachable", message: "aborted" }));
          }),
      },
    },
    DEFAULT_SHIP_OPTIONS,
    stop.signal,
  );
  await sending.promise;
  stop.abort();
  await running;
  await spool[Symbol.asyncDispose]();
});
