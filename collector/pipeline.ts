import { Connections, createConnectionCounts } from "@reflow/shared/connection";
import { LiveHub } from "@reflow/shared/live";
import { aborted, TaskGroup } from "@reflow/shared/lifecycle";
import { type Logger, VERSION } from "@reflow/shared/telemetry";
import { systemClock } from "@reflow/shared/time";
import { type CollectorConfig, spoolOptionsOf } from "./options.ts";
import { createReceiver } from "./receive/mod.ts";
import { createRelay } from "./relay/mod.ts";
import { createHttpSender, createShipCounters, DEFAULT_SHIP_OPTIONS, runShipper } from "./ship/mod.ts";
import { denoFs, openSpool } from "./spool/mod.ts";
import { createMetrics, createStatusApp } from "./status/mod.ts";

/**
 * The collector from end to end: receive → spool → ship, with relay and status beside it. Returns when the signal has
 * aborted and everything accepted is on disk.
 *
 * Stopping is starting in reverse: sessions end, the port closes, shipping stops, the spool flushes.
 *
 * @throws SpoolError `ERR_SPOOL_LOCKED`, `ERR_SPOOL_VERSION`, `ERR_SPOOL_OPEN`; ListenError when the port cannot be opened.
 */
export async function runCollector(config: CollectorConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  await using spool = await openSpool(
    { fs: denoFs, clock, log: log.child({ component: "spool" }) },
    spoolOptionsOf(config),
  );
  const sender = createHttpSender({ fetch, clock }, {
    url: new URL(config.forward.url),
    token: config.forward.token,
    timeoutMs: config.forward.timeout,
    userAgent: `reflow-collector/${VERSION}`,
  });
  const shipped = createShipCounters();
  const shipper = {
    spool,
    sender,
    clock,
    log: log.child({ component: "ship" }),
    random: Math.random,
    counters: shipped,
  };
  await using tasks = new TaskGroup();
  tasks.run("ship", (stop) =>
    runShipper(shipper, {
      ...DEFAULT_SHIP_OPTIONS,
      maxBatchBytes: config.forward.batch_bytes,
      retryMaxMs: config.forward.retry_max,
    }, stop));

  const counts = createConnectionCounts();
  const hub = new LiveHub();
  const ask = createRelay({ fetch, clock, log: log.child({ component: "relay" }) }, {
    url: config.forward.url,
    token: config.forward.token,
    timeoutMs: Math.min(config.forward.timeout, 10_000),
  });
  const connections = new Connections(
    { writer: spool, hub, ask, clock, counts, log: log.child({ component: "receive" }) },
    {
      maxEventBytes: config.server.max_event_size,
      publishOnArrival: true,
      failurePolicy: config.session.failure_status === "failed" ? "any_failure" : "never",
      labels: {
        flow: config.labels.flow,
        service: config.labels.service,
        environment: config.labels.environment,
        host: config.labels.host ?? Deno.hostname(),
        labels: config.labels.extra,
      },
    },
  );
  using registry = createMetrics({
    counts,
    hub,
    spool: () => spool.stats(),
    shipped,
    nowMs: () => clock.now(),
  });
  let address = "";
  const status = createStatusApp({
    clock,
    collectorId: spool.collectorId,
    address: () => address,
    spool: () => ({ health: spool.health(), stats: spool.stats() }),
    shipped,
    connections: () => connections.size,
    isStopping: () => signal.aborted,
    registry,
  });
  await using receiver = createReceiver({
    connections,
    http: status.fetch,
    log: log.child({ component: "receive" }),
  }, {
    address: config.server.bind_address,
    idleTimeoutSeconds: Math.ceil(config.server.ping_interval / 1000),
  });
  address = receiver.address;
  log.info("Listening", {
    address,
    version: VERSION,
    collector: spool.collectorId,
    stream: spool.live.id,
    spool: config.spool.directory,
    backlog_records: spool.stats().unacknowledgedRecords,
    central: config.forward.url,
  });

  try {
    await Promise.race([aborted(signal), tasks.done()]);
  } finally {
    log.info("Stopping", { connections: connections.size });
    receiver.endSessions("stopped");
  }
}
