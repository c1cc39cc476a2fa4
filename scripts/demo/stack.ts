import { AppError } from "@reflow/shared/errors";
import { memberText } from "@reflow/shared/json";
import { fromSource, getText, type RunningProgram, startProgram } from "../stack/mod.ts";

/** Central and a collector, running on data that goes with them. */
export interface DemoStack extends AsyncDisposable {
  readonly central: RunningProgram;
  readonly collector: RunningProgram;
  /** Returns when everything is delivered and every trace has ended; throws an AppError after the limit. */
  settled(limitMs: number): Promise<void>;
}

const COLLECTOR_PORT = 8080;
const CENTRAL_PORT = 8090;

/** Starts both on their usual ports, or on free ones where those are taken. */
export async function startStack(): Promise<DemoStack> {
  await using starting = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "reflow-demo-" });
  starting.defer(() => Deno.remove(folder, { recursive: true }));
  const central = starting.use(
    await startProgram({
      command: fromSource("central"),
      env: {
        TRACING_BIND_ADDRESS: `127.0.0.1:${freePort(CENTRAL_PORT)}`,
        TRACING_METRICS_BIND_ADDRESS: "127.0.0.1:0",
        TRACING_DATABASE_URL: `pglite://${folder}/data`,
      },
    }),
  );
  const collector = starting.use(
    await startProgram({
      command: fromSource("collector"),
      env: {
        REFLOW_COLLECTOR_BIND_ADDRESS: `127.0.0.1:${freePort(COLLECTOR_PORT)}`,
        REFLOW_COLLECTOR_SPOOL_DIRECTORY: `${folder}/spool`,
        REFLOW_COLLECTOR_FORWARD_URL: `http://${central.address}`,
      },
    }),
  );
  const started = starting.move();
  return {
    central,
    collector,
    settled: (limitMs) => untilSettled(central.address, collector.address, limitMs),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The port, or 0 for a free one when somebody has it. */
function freePort(port: number): number {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return port;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return 0;
    throw error;
  }
}

async function untilSettled(central: string, collector: string, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!await isSettled(central, collector)) {
    if (performance.now() > endMs) {
      throw new AppError(`Cannot see all events at central: they are not there after ${limitMs} ms`, {
        code: "ERR_DEMO_UNSETTLED",
        hint: `look at http://${collector}/health`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function isSettled(central: string, collector: string): Promise<boolean> {
  const health = await getText(`http://${collector}/health`);
  const spool = memberText(health, "spool") ?? "{}";
  if (memberText(health, "connections") !== "0" || memberText(spool, "records") !== "0") return false;
  const open = await getText(`http://${central}/api/v1/traces?status=Running&limit=1`);
  return memberText(open, "total_count") === "0";
}
