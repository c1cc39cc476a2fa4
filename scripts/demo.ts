/**
 * `deno task demo`: central with the embedded store and a collector, a small fleet of recorded programs played into
 * them, and what came of it. Stays up for real programs; `--once` compares, says so, and exits.
 */
import { parseArgs } from "node:util";
import { AppError, messageOf } from "@reflow/shared/errors";
import { aborted, signalsToAbort } from "@reflow/shared/lifecycle";
import { drawTable, traceRow } from "./demo/table.ts";
import { drawTimeline } from "./demo/timeline.ts";
import { startStack } from "./demo/stack.ts";
import { readRecording, replay, type ReplayReport } from "./replay/mod.ts";
import { readList, verifyReplay } from "./stack/mod.ts";
import { printLine, runScript } from "./terminal.ts";

const FLEET = ["simple", "complete", "fleet"] as const;
const SPEED = 4;
const SETTLE_LIMIT_MS = 60_000;
const TIMELINE_WIDTH = 24;
const EXIT_INTERRUPTED = 130;
const USAGE = `Usage: deno task demo [--once]

Starts central (embedded store, temporary folder) and a collector, plays a small fleet of recorded Reflow programs
into them and shows the traces. Stays up until Ctrl-C; --once exits 0 when every event that was sent was read back.`;

function parseDemoArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { once: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    }).values;
  } catch (error) {
    throw new AppError(`Cannot start the demonstration: ${messageOf(error)}`, { code: "ERR_DEMO_OPTIONS" });
  }
}

async function main(): Promise<number> {
  const values = parseDemoArguments(Deno.args);
  if (values.help) {
    printLine(USAGE);
    return 0;
  }
  using stop = signalsToAbort(["SIGINT", "SIGTERM"]);
  try {
    return await demonstrate(stop.signal, { once: values.once ?? false });
  } catch (error) {
    // Ctrl-C reaches both programs too, so that whatever was being asked of them may fail first.
    if (stop.signal.aborted) return EXIT_INTERRUPTED;
    throw error;
  }
}

async function demonstrate(stop: AbortSignal, options: { readonly once: boolean }): Promise<number> {
  printLine("Starting central (embedded store) and the collector …");
  await using stack = await startStack();
  printLine(`  central    http://${stack.central.address}`);
  printLine(`  collector  ws://${stack.collector.address}`);

  printLine(`\nPlaying recorded Reflow programs at ${SPEED} times their speed …`);
  const reports: ReplayReport[] = [];
  for (const name of FLEET) {
    const file = new URL(`../tests/fixtures/recordings/${name}.ndjson`, import.meta.url).pathname;
    const report = await replay({
      recording: await readRecording(file),
      url: `ws://${stack.collector.address}`,
      speed: SPEED,
      awaitAnswersMs: 10_000,
      signal: stop,
    });
    if (stop.aborted) return EXIT_INTERRUPTED;
    reports.push(report);
    printLine(`  ${name}: ${report.connections.length} programs, ${report.sentCount} frames`);
  }
  await stack.settled(SETTLE_LIMIT_MS);

  const central = `http://${stack.central.address}`;
  await showTraces(central);
  const connections = reports.flatMap((report) =>
    report.connections.map((one) => ({ path: one.target, sent: one.sent }))
  );
  const verdict = await verifyReplay(connections, central);
  for (const difference of verdict.differences) printLine(`✗ ${difference}`);
  const isWhole = verdict.differences.length === 0;
  printLine(
    isWhole
      ? `\n✓ ${verdict.eventCount} events of ${verdict.connectionCount} programs sent, each read back once and exactly`
      : `\n✗ what was read back differs from what was sent`,
  );
  if (options.once) return isWhole ? 0 : 1;
  showNextSteps(stack.collector.address, central);
  await aborted(stop);
  return 0;
}

async function showTraces(central: string): Promise<void> {
  const rows = (await readList(`${central}/api/v1/traces`, "traces")).map((text) =>
    traceRow(JSON.parse(text))
  );
  printLine("");
  printLine(drawTable(
    ["trace", "flow", "service", "status", "started", "events", "failures"],
    rows.map((row) => [
      row.traceId,
      row.flow,
      row.service,
      row.status,
      row.startTime,
      row.events,
      row.failures,
    ]),
  ));
  const shown = rows.find((row) => row.flow === "weather-station") ?? rows[0];
  if (shown === undefined) return;
  const events = await readList(`${central}/api/v1/traces/${shown.traceId}/events`, "events");
  printLine(`\nTrace ${shown.traceId} of flow "${shown.flow}":\n`);
  printLine(drawTimeline(events.map((text): unknown => JSON.parse(text)), { width: TIMELINE_WIDTH }));
}

function showNextSteps(collector: string, central: string): void {
  const isUsual = collector.endsWith(":8080");
  printLine(`
Point a Reflow program at it:  ws://${collector}/<flow name>?service=<name>&environment=<name>
  ${
    isUsual
      ? "A program with the default configuration connects by itself."
      : "Port 8080 was taken; set TracingConfig.server_url."
  }
Open:
  ${central}/api/v1/traces
  ${central}/api/v1/flows
  ${central}/api/v1/streams
  ${central}/health
  http://${collector}/metrics
Ctrl-C stops both and removes the data.`);
}

if (import.meta.main) await runScript(main);
