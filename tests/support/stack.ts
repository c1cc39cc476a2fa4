import { fromSource, getText, type RunningProgram, startProgram } from "@reflow/scripts/stack";

/** A folder that is removed at the end. */
export async function tempFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "reflow-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** How to start central. */
export interface CentralOptions {
  readonly databaseUrl: string;
  readonly address?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts central from source, on a free port unless told otherwise. */
export function startCentral(options: CentralOptions): Promise<RunningProgram> {
  return startProgram({
    command: fromSource("central"),
    env: {
      TRACING_BIND_ADDRESS: options.address ?? "127.0.0.1:0",
      TRACING_METRICS_BIND_ADDRESS: "127.0.0.1:0",
      TRACING_DATABASE_URL: options.databaseUrl,
      ...options.env,
    },
  });
}

/** How to start the collector. */
export interface CollectorOptions {
  readonly folder: string;
  /** `host:port` of central. */
  readonly central: string;
  readonly address?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the collector, from source or as the compiled binary that `REFLOW_COLLECTOR_BIN` names. */
export function startCollector(options: CollectorOptions): Promise<RunningProgram> {
  const binary = Deno.env.get("REFLOW_COLLECTOR_BIN");
  return startProgram({
    command: binary === undefined ? fromSource("collector") : [binary, "run"],
    env: {
      REFLOW_COLLECTOR_BIND_ADDRESS: options.address ?? "127.0.0.1:0",
      REFLOW_COLLECTOR_SPOOL_DIRECTORY: `${options.folder}/spool`,
      REFLOW_COLLECTOR_FORWARD_URL: `http://${options.central}`,
      REFLOW_COLLECTOR_FORWARD_RETRY_MAX: "500ms",
      ...options.env,
    },
  });
}

/** JSON from a plain GET; refuses other statuses than 200. */
export async function getJson(url: string): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await getText(url));
  if (typeof value !== "object" || value === null) throw new Error(`GET ${url}: not an object`);
  return { ...value };
}

/** Asks again until the condition holds; the only place where end-to-end tests wait. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    if (await condition()) return;
    if (performance.now() > endMs) throw new Error(`Not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Returns when the collector has no open connection and central has taken everything. */
export async function untilDelivered(collector: RunningProgram, limitMs?: number): Promise<void> {
  await until("the collector has delivered everything", async () => {
    const health = await getJson(`http://${collector.address}/health`);
    const spool = health["spool"];
    return health["connections"] === 0 && typeof spool === "object" && spool !== null && "records" in spool &&
      spool.records === 0;
  }, limitMs);
}

/** Returns when no trace at central is open any more. */
export async function untilEnded(central: RunningProgram, limitMs?: number): Promise<void> {
  await until("every trace at central has ended", async () => {
    const list = await getJson(`http://${central.address}/api/v1/traces?status=Running&limit=1`);
    return list["total_count"] === 0;
  }, limitMs);
}
