import { createConnectionCounts } from "@reflow/shared/connection";
import { LiveHub } from "@reflow/shared/live";
import { createShipCounters } from "../ship/mod.ts";
import { SpoolError, type SpoolHealth, type SpoolStats } from "../spool/mod.ts";
import type { MetricSources } from "./metrics.ts";

/** A spool's statistics as after a quiet start, with what a test wants otherwise. */
export function spoolStats(changes: Partial<SpoolStats> = {}): SpoolStats {
  return {
    bytes: 0,
    maxBytes: 1000,
    pendingBytes: 0,
    unacknowledgedRecords: 0,
    oldestReceivedAtMs: undefined,
    streams: [],
    refused: {},
    commits: 0,
    blocks: 0,
    writtenBytes: 0,
    writeFailures: 0,
    damagedBytes: 0,
    ...changes,
  };
}

/** Sources of metrics at zero; the counters in them are the test's to change. */
export function metricSources(spool: () => SpoolStats = () => spoolStats()) {
  return {
    counts: createConnectionCounts(),
    hub: new LiveHub(),
    spool,
    shipped: createShipCounters(),
    nowMs: () => 10_000,
  } satisfies MetricSources;
}

/** The health of a spool whose disk refuses. */
export function brokenDisk(message: string): SpoolHealth {
  return { ok: false, lastError: new SpoolError(message, { code: "ERR_SPOOL_WRITE" }) };
}
