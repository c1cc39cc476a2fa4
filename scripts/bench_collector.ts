/**
 * Acknowledged events per second and CPU per event of the collector, which answers after fdatasync, beside a server
 * that only parses and answers, in one run and in turns, so that the ratio means something on any machine.
 *
 *     deno task bench
 */
import { burst, type BurstResult } from "./bench/burst.ts";
import { eventTexts, prepareFrames } from "./bench/frames.ts";
import { fromSource, startProgram } from "./stack/mod.ts";

const EVENTS = Number(Deno.args[0] ?? 100_000);
const ROUNDS = 5;

const folder = await Deno.makeTempDir({ prefix: "reflow-bench-" });
try {
  const reference = new URL("./bench/reference_server.ts", import.meta.url).pathname;
  await using bare = await startProgram({ command: [Deno.execPath(), "run", "-A", reference], env: {} });
  await using collector = await startProgram({
    command: fromSource("collector"),
    env: {
      REFLOW_COLLECTOR_BIND_ADDRESS: "127.0.0.1:0",
      REFLOW_COLLECTOR_SPOOL_DIRECTORY: `${folder}/spool`,
      // Nobody listens there: delivery is another benchmark.
      REFLOW_COLLECTOR_FORWARD_URL: "http://127.0.0.1:9",
    },
  });
  print(`${EVENTS} events a round, ${ROUNDS} rounds; the first round of each warms up and does not count\n`);
  const results: Record<"parse only" | "collector", BurstResult[]> = { "parse only": [], collector: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const frames = prepareFrames(await eventTexts(EVENTS));
    if (round === 0) print(`${frames.meanBytes.toFixed(0)} bytes an event\n`);
    for (const [name, server] of [["parse only", bare], ["collector", collector]] as const) {
      const result = await burst(server, frames);
      if (round > 0) results[name].push(result);
      print(`${round}  ${name.padEnd(10)}  ${describe(result)}\n`);
    }
  }
  const bareMedian = median(results["parse only"]);
  const ours = median(results.collector);
  print(`median parse only  ${describe(bareMedian)}\nmedian collector   ${describe(ours)}\n`);
  print(
    `ratio of acknowledged events/s, collector to parse only: ${
      (bareMedian.seconds / ours.seconds).toFixed(2)
    }\n`,
  );
  const rss = (await Deno.readTextFile(`/proc/${collector.pid}/status`)).match(/VmHWM:\s+(\d+)/)?.[1];
  print(`peak RSS of the collector: ${(Number(rss) / 1024).toFixed(0)} MiB\n`);
} finally {
  await Deno.remove(folder, { recursive: true });
}

function describe({ count, seconds, serverCpuSeconds }: BurstResult): string {
  const rate = Math.round(count / seconds).toLocaleString("en");
  return `${rate.padStart(8)} events/s  ${(serverCpuSeconds / count * 1e6).toFixed(1)} µs CPU/event`;
}

function median(results: readonly BurstResult[]): BurstResult {
  const sorted = [...results].sort((a, b) => a.seconds - b.seconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no round was measured");
  return middle;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
