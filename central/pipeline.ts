import { Connections, createConnectionCounts } from "@reflow/shared/connection";
import { formatAddress } from "@reflow/shared/config";
import { BugError } from "@reflow/shared/errors";
import { newUuid, parseUuid } from "@reflow/shared/ids";
import { aborted, listen, TaskGroup } from "@reflow/shared/lifecycle";
import { LiveHub } from "@reflow/shared/live";
import { type Logger, VERSION } from "@reflow/shared/telemetry";
import { type Clock, systemClock } from "@reflow/shared/time";
import { createApp } from "./app.ts";
import {
  closeLostStreams,
  createIngest,
  createRecordWriter,
  heartbeat,
  ingestRoutes,
  type NewEvent,
  type StoredCounts,
} from "./ingest/mod.ts";
import type { CentralConfig } from "./options.ts";
import { createAnswerQuery, isQueryRequest, queryRoutes } from "./query/mod.ts";
import { createDoor } from "./receive/mod.ts";
import {
  answerMetrics,
  type CentralMetrics,
  createCentralMetrics,
  createHealth,
  statusRoutes,
} from "./status/mod.ts";
import { type Database, ensurePartitions, migrate, openDatabase } from "./store/mod.ts";

/** Text of direct connections that may wait for the store. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** Six missed heartbeats: a process that is silent for so long is gone. */
const LOST_AFTER_MS = 60_000;
const UPKEEP_EVERY_MS = 15_000;

/**
 * Central from end to end: ingest → store ← query, direct connections beside. Returns when the signal has aborted and
 * everything taken is stored or answered.
 *
 * @throws StoreError when the database cannot be opened or migrated; ListenError when a port cannot be opened.
 */
export async function runCentral(config: CentralConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  await using database = await openDatabase(config.database.url, {
    maxConnections: config.database.max_connections,
    connectTimeoutMs: config.database.connection_timeout,
    statementTimeoutMs: config.database.statement_timeout,
    log,
    signal,
  });
  const { applied } = await migrate(database, log);
  await ensurePartitions(database);
  if (config.redis.url !== undefined) log.warn("redis.url is set and not used by this version");

  const counts = createConnectionCounts();
  using metrics = createCentralMetrics({
    connections: () => ({ active: counts.connectionsActive, total: counts.connectionsTotal }),
  });
  const hub = new LiveHub();
  const ingest = createIngest({
    database,
    log,
    onEvents: (events) => publish(hub, events),
    onStored: (stored) => count(metrics, stored),
  });
  const answerQuery = createAnswerQuery({ db: database, log });
  await using writer = createRecordWriter({
    ingest,
    heartbeat: (streams) => heartbeat(database, streams),
    clock,
    log,
    random: Math.random,
    collectorId: newUuid(),
    newStreamId: newUuid,
  }, {
    maxPendingBytes: MAX_PENDING_BYTES,
    maxBatchRecords: config.tracing.batch_size,
    maxBatchDelayMs: config.tracing.batch_timeout_ms,
  });
  await using tasks = new TaskGroup({
    onFailure: (task, error) => log.error("A task failed", { task, error }),
  });
  tasks.run("upkeep", (stop) => keepUp(database, { clock, log }, stop));

  const connections = new Connections(
    {
      writer,
      hub,
      clock,
      counts,
      log: log.child({ component: "receive" }),
      ask: (request) => {
        if (!isQueryRequest(request)) throw new BugError(`"${request.kind}" is no question for the store`);
        return answerQuery(request);
      },
    },
    {
      maxEventBytes: config.tracing.max_event_size,
      failurePolicy: config.tracing.failure_status === "failed" ? "any_failure" : "never",
      // Subscribers here see what is stored, whichever way it came.
      publishOnArrival: false,
      labels: {},
    },
  );
  const addresses: Record<string, string> = {};
  const health = createHealth({
    database: () => database.query("SELECT 1"),
    folder: database.folder ?? ".",
    log,
    addresses: () => addresses,
    isServing: () => !signal.aborted,
  });
  const app = createApp({
    routes: [statusRoutes(health), ingestRoutes(ingest), queryRoutes({ db: database, log, answerQuery })],
    log,
    metrics,
    compression: config.tracing.compression,
    upgrade: createDoor(connections, {
      maxConnections: config.server.max_connections,
      idleTimeoutSeconds: Math.ceil(config.server.keep_alive_timeout / 1000),
    }),
  });
  await using server = listen(config.server.bind_address, (request, info) => app.fetch(request, info), {
    beforeClose: () => connections.closeAll(),
    log,
  });
  addresses["http"] = formatAddress(server);
  await using metricsServer = config.metrics.enabled
    ? listen(config.metrics.bind_address, (request) => answerMetrics(request, metrics), { log })
    : undefined;
  if (metricsServer !== undefined) addresses["metrics"] = formatAddress(metricsServer);
  log.info("Listening", {
    address: addresses["http"],
    metrics_address: addresses["metrics"],
    version: VERSION,
    database: database.folder === undefined ? database.kind : `${database.kind} in ${database.folder}`,
    migrations_applied: applied.length,
  });

  await Promise.race([aborted(signal), tasks.done()]);
  log.info("Stopping", { connections: connections.size });
  connections.endAll("stopped");
}

/** Ends the traces of central processes that are gone, and keeps the months ahead of the clock. */
async function keepUp(
  database: Database,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  // Nobody else can have the embedded store open, so that every stream of an earlier process is over.
  let olderThanMs = database.kind === "pglite" ? 0 : LOST_AFTER_MS;
  while (!signal.aborted) {
    try {
      const closed = await closeLostStreams(database, { olderThanMs });
      if (closed > 0) log.info("Ended the traces of processes that are gone", { streams: closed });
      olderThanMs = LOST_AFTER_MS;
      await ensurePartitions(database);
    } catch (error) {
      log.warn("Upkeep of the store failed and is tried again", { error });
    }
    await clock.sleep(UPKEEP_EVERY_MS, signal);
  }
}

function publish(hub: LiveHub, events: readonly NewEvent[]): void {
  if (hub.isIdle) return;
  for (const event of events) {
    const traceId = parseUuid(event.traceId);
    if (traceId !== undefined) hub.publish({ ...event, traceId, text: () => event.text });
  }
}

function count(metrics: CentralMetrics, stored: StoredCounts): void {
  metrics.recordsStored.inc(stored.records);
  metrics.eventsStored.inc(stored.events);
  metrics.deadLetters.inc(stored.deadLetters);
  for (const [reason, records] of stored.dropped) metrics.addDropped(reason, records);
}
