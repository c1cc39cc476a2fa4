import { Hono } from "hono";
import type { Clock } from "@reflow/shared/time";
import { type MetricsRegistry, VERSION } from "@reflow/shared/telemetry";
import type { SpoolHealth, SpoolStats } from "../spool/mod.ts";
import type { ShipCounters } from "../ship/mod.ts";

/** Where the status comes from. */
export interface StatusSources {
  readonly clock: Clock;
  readonly collectorId: string;
  /** `host:port` in use. */
  readonly address: () => string;
  readonly spool: () => { readonly health: SpoolHealth; readonly stats: SpoolStats };
  readonly shipped: Readonly<ShipCounters>;
  readonly connections: () => number;
  readonly isStopping: () => boolean;
  readonly registry: MetricsRegistry;
}

const PATHS = ["/health", "/ready", "/metrics"] as const;

/** The plain HTTP side of the port. */
export function createStatusApp(sources: StatusSources): Hono {
  const app = new Hono();
  app.get("/health", (c) => {
    const body = health(sources);
    return c.json(body, body.status === "unhealthy" ? 503 : 200);
  });
  app.get("/ready", (c) => {
    const timestamp = new Date(sources.clock.now()).toISOString();
    if (sources.isStopping()) return c.json({ status: "stopping", timestamp }, 503);
    return c.json({ status: "ready", timestamp });
  });
  app.get("/metrics", async (c) => {
    const { body, contentType } = await sources.registry.metricsText();
    return c.body(body, 200, { "content-type": contentType });
  });
  app.all("*", (c) => {
    const isKnown = PATHS.some((path) => path === c.req.path);
    if (isKnown) c.header("allow", "GET, HEAD");
    const error = isKnown
      ? {
        code: "method_not_allowed",
        message: `Cannot ${c.req.method} "${c.req.path}": only GET and HEAD are allowed`,
      }
      : {
        code: "not_found",
        message: `Cannot find "${c.req.path}": this port has ${
          PATHS.join(", ")
        } and takes WebSockets on any path`,
      };
    return c.json({ error }, isKnown ? 405 : 404);
  });
  return app;
}

function health(sources: StatusSources) {
  const { health: disk, stats } = sources.spool();
  const central = centralCheck(sources.shipped);
  const isFull = stats.bytes >= stats.maxBytes;
  const spoolCheck = disk.ok ? (isFull ? "full: events are refused until central takes some" : "ok") : (
    disk.lastError?.message ?? "failing"
  );
  const status = !disk.ok || isFull ? "unhealthy" : central === "ok" ? "healthy" : "degraded";
  const oldest = stats.oldestReceivedAtMs;
  return {
    status,
    timestamp: new Date(sources.clock.now()).toISOString(),
    version: VERSION,
    collector_id: sources.collectorId,
    address: sources.address(),
    checks: { spool: spoolCheck, central },
    connections: sources.connections(),
    spool: {
      bytes: stats.bytes,
      max_bytes: stats.maxBytes,
      records: stats.unacknowledgedRecords,
      oldest_record_age_seconds: oldest === undefined
        ? 0
        : Math.max(0, Math.round((sources.clock.now() - oldest) / 1000)),
    },
  };
}

/** "ok", or what the last attempt to deliver ran into. Without an attempt there is nothing to complain about. */
function centralCheck({ lastError, lastSuccessAtMs }: Readonly<ShipCounters>): string {
  if (lastError === undefined || (lastSuccessAtMs ?? 0) > lastError.atMs) return "ok";
  return lastError.message;
}
