import type { ConnectionCounts } from "@reflow/shared/connection";
import type { LiveHub } from "@reflow/shared/live";
import { createRegistry, type MetricsRegistry } from "@reflow/shared/telemetry";
import type { ShipCounters } from "../ship/mod.ts";
import type { SpoolStats } from "../spool/mod.ts";

/** Where the numbers come from; read when somebody asks for the metrics. */
export interface MetricSources {
  readonly counts: Readonly<ConnectionCounts>;
  readonly hub: LiveHub;
  readonly spool: () => SpoolStats;
  readonly shipped: Readonly<ShipCounters>;
  readonly nowMs: () => number;
}

/** One number that is read, not kept. */
interface Reading {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge";
  readonly read: (sources: MetricSources, spool: SpoolStats) => number;
}

const READINGS = [
  {
    name: "connections",
    help: "Open connections of programs and monitors",
    kind: "gauge",
    read: ({ counts }) => counts.connectionsActive,
  },
  {
    name: "connections_total",
    help: "Connections since the start",
    kind: "counter",
    read: ({ counts }) => counts.connectionsTotal,
  },
  {
    name: "frames_received_total",
    help: "Frames received, of every kind",
    kind: "counter",
    read: ({ counts }) => counts.framesReceived,
  },
  {
    name: "frames_refused_total",
    help: "Frames answered with an Error; if it grows, some client sends what is not the protocol",
    kind: "counter",
    read: ({ counts }) => counts.framesRefused,
  },
  {
    name: "events_accepted_total",
    help: "Events taken from programs",
    kind: "counter",
    read: ({ counts }) => counts.eventsAccepted,
  },
  {
    name: "events_repeated_total",
    help: "Events that had been sent before and are stored once",
    kind: "counter",
    read: ({ counts }) => counts.eventsRepeated,
  },
  {
    name: "records_failed_total",
    help:
      "Frames that could not be stored and were answered so; if it grows, look at /health, then at the disk",
    kind: "counter",
    read: ({ counts }) => counts.recordsFailed,
  },
  {
    name: "answers_dropped_total",
    help: "Answers not sent to clients that do not read theirs; harmless to the events",
    kind: "counter",
    read: ({ counts }) => counts.answersDropped,
  },
  {
    name: "subscribers",
    help: "Monitors that are subscribed",
    kind: "gauge",
    read: ({ hub }) => hub.subscriberCount,
  },
  {
    name: "notifications_missed_total",
    help: "Live events that slow monitors did not get",
    kind: "counter",
    read: ({ hub }) => hub.counts.missed,
  },
  {
    name: "spool_bytes",
    help: "Disk space in use by the spool; if it grows, central is away or too slow",
    kind: "gauge",
    read: (_, spool) => spool.bytes,
  },
  {
    name: "spool_max_bytes",
    help: "Disk space that the spool may use (spool.max_bytes)",
    kind: "gauge",
    read: (_, spool) => spool.maxBytes,
  },
  {
    name: "spool_pending_bytes",
    help: "Bytes in memory that wait for the disk; if it stays high, the disk is too slow",
    kind: "gauge",
    read: (_, spool) => spool.pendingBytes,
  },
  {
    name: "spool_records",
    help: "Records on disk that central has not taken yet",
    kind: "gauge",
    read: (_, spool) => spool.unacknowledgedRecords,
  },
  {
    name: "spool_oldest_record_age_seconds",
    help: "Age of the oldest record that central has not taken yet",
    kind: "gauge",
    read: ({ nowMs }, spool) =>
      spool.oldestReceivedAtMs === undefined ? 0 : Math.max(0, (nowMs() - spool.oldestReceivedAtMs) / 1000),
  },
  {
    name: "spool_commits_total",
    help: "Group commits: one write and fdatasync each",
    kind: "counter",
    read: (_, spool) => spool.commits,
  },
  {
    name: "spool_write_failures_total",
    help: "Writes that the disk refused; if it grows, look at the disk",
    kind: "counter",
    read: (_, spool) => spool.writeFailures,
  },
  {
    name: "spool_damaged_bytes_total",
    help: "Bytes found damaged and put into quarantine; if it grows, look at the disk",
    kind: "counter",
    read: (_, spool) => spool.damagedBytes,
  },
  {
    name: "batches_sent_total",
    help: "Batches that central has taken",
    kind: "counter",
    read: ({ shipped }) => shipped.batches,
  },
  {
    name: "records_delivered_total",
    help: "Records that central has taken",
    kind: "counter",
    read: ({ shipped }) => shipped.records,
  },
  {
    name: "bytes_sent_total",
    help: "Compressed bytes that central has taken",
    kind: "counter",
    read: ({ shipped }) => shipped.bytes,
  },
] as const satisfies readonly Reading[];

/** Several numbers under one name, each with its reason. */
interface ReadingByReason {
  readonly name: string;
  readonly help: string;
  readonly read: (sources: MetricSources) => Readonly<Record<string, number>>;
}

const READINGS_BY_REASON = [
  {
    name: "delivery_retries_total",
    help:
      "Attempts to send that failed, by reason; unauthorized: check forward.token, unreachable: check forward.url",
    read: ({ shipped }) => shipped.retries,
  },
  {
    name: "records_dropped_total",
    help:
      "Records given up and declared as such to central, by reason; missing, corrupt: look at the disk, else at central's log",
    read: ({ shipped }) => shipped.dropped,
  },
  {
    name: "spool_refused_total",
    help:
      "Appends that the spool did not take, by code; ERR_SPOOL_FULL: see why central takes nothing, ERR_SPOOL_OVERLOADED: the disk is too slow",
    read: ({ spool }) => spool().refused,
  },
] as const satisfies readonly ReadingByReason[];

/** Makes the registry; nothing is counted twice, every number is read where it is kept. */
export function createMetrics(sources: MetricSources): MetricsRegistry {
  const registry = createRegistry("reflow_collector");
  for (const { name, help, kind, read } of READINGS) {
    const collect = () => read(sources, sources.spool());
    if (kind === "gauge") registry.gauge({ name, help, collect: (gauge) => gauge.set(collect()) });
    else registry.counter({ name, help, collect: (counter) => reset(counter, collect()) });
  }
  for (const { name, help, read } of READINGS_BY_REASON) {
    registry.counter({
      name,
      help,
      labelNames: ["reason"],
      collect: (counter) => {
        counter.reset();
        for (const [reason, count] of Object.entries(read(sources))) counter.inc({ reason }, count);
      },
    });
  }
  return registry;
}

/** prom-client's counters only add; ours are kept elsewhere and shown as they are. */
function reset(counter: { reset(): void; inc(value: number): void }, value: number): void {
  counter.reset();
  counter.inc(value);
}
