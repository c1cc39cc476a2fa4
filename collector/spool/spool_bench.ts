import process from "node:process";
import { newUuid } from "@reflow/shared/ids";
import { encodeRecord } from "@reflow/shared/record";
import { nullLogger } from "@reflow/shared/telemetry";
import { systemClock } from "@reflow/shared/time";
import { type AppendOutcome, DEFAULT_SPOOL_OPTIONS, denoFs, openSpool } from "./mod.ts";

/** Records per iteration. */
const RECORDS = 50_000;
/** Appends between two turns of the event loop, like a burst of messages. */
const BURST = 500;

const frames = makeFrames();
const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
// deno-lint-ignore no-console -- a benchmark reports on the terminal
console.log(`${RECORDS} records, ${Math.round(bytes / RECORDS)} bytes each on average`);

Deno.bench("JSON.parse alone", { group: "records", baseline: true }, () => {
  for (const frame of frames) JSON.parse(frame);
});

Deno.bench("append until durable, in bursts", { group: "records" }, async (bench) => {
  await measure(bench, "bursts", async (append) => {
    for (const [index, frame] of frames.entries()) {
      append(frame);
      if (index % BURST === BURST - 1) await systemClock.sleep(0);
    }
  });
});

Deno.bench("append until durable, without a turn of the loop", { group: "records" }, async (bench) => {
  await measure(bench, "flood", (append) => {
    for (const frame of frames) append(frame);
    return Promise.resolve();
  });
});

async function measure(
  bench: Deno.BenchContext,
  name: string,
  run: (append: (frame: string) => void) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "spool_bench_" });
  try {
    await using spool = await openSpool(
      { fs: denoFs, clock: systemClock, log: nullLogger },
      { ...DEFAULT_SPOOL_OPTIONS, folder },
    );
    const traceId = newUuid();
    let durable = 0;
    const owner = { settled: (outcome: AppendOutcome) => void (outcome === "durable" && durable++) };
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    bench.start();
    await run((text) => {
      spool.append(
        encodeRecord({ kind: "event", receivedAtMs: 1_700_000_000_000, session: 1, traceId, text }),
        1,
        owner,
      );
    });
    await spool.flush();
    bench.end();
    const tookMs = performance.now() - startMs;
    const cpu = process.cpuUsage(cpuBefore);
    const stats = spool.stats();
    if (durable !== RECORDS) throw new Error(`Cannot measure: ${durable} of ${RECORDS} records are durable`);
    // deno-lint-ignore no-console -- a benchmark reports on the terminal
    console.log(
      `${name}: ${Math.round(RECORDS / tookMs * 1_000)} records/s, ` +
        `${((cpu.user + cpu.system) / RECORDS).toFixed(2)} µs CPU per record, ${stats.commits} syncs, ` +
        `${(bytes / stats.writtenBytes).toFixed(1)} times smaller`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Frames of a recording, each made unique: repeated text would compress better than real streams do. */
function makeFrames(): string[] {
  const path = new URL("../../tests/fixtures/recordings/fleet.ndjson", import.meta.url);
  const recorded: string[] = [];
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    const frame: unknown = line === "" ? undefined : JSON.parse(line).frame;
    if (typeof frame === "string" && frame.startsWith('{"RecordEvent"')) recorded.push(frame);
  }
  return Array.from({ length: RECORDS }, (_, index) => {
    const frame = recorded[index % recorded.length] ?? "";
    return frame.replace(
      /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
      () => crypto.randomUUID(),
    );
  });
}
