import { type Counter, Registry, Summary } from "prom-client";
import { createRegistry } from "@reflow/shared/telemetry";

/** Metrics of central; the names are those of the operator's page. */
export interface CentralMetrics extends Disposable {
  /** A finished HTTP request: the route's pattern, never a path that a caller made up. */
  observeRequest(
    request: { readonly route: string; readonly status: number; readonly durationMs: number },
  ): void;
  readonly eventsStored: Counter;
  readonly recordsStored: Counter;
  readonly deadLetters: Counter;
  /** Adds records that a collector gave up; reasons beyond {@linkcode MAX_REASONS} count as "other". */
  addDropped(reason: string, records: number): void;
  /** Everything in the text format of Prometheus. */
  metricsText(): Promise<{ readonly body: string; readonly contentType: string }>;
}

/** Label values come from collectors, and each makes a time series. */
const MAX_REASONS = 32;

/** Window of the quantiles: the last ten minutes, in steps of two. */
const QUANTILE_WINDOW_SECONDS = 600;
const QUANTILE_STEPS = 5;

/** What {@linkcode createCentralMetrics} shows beside what it is told. */
export interface CentralMetricsOptions {
  /** WebSocket connections open now, and since the start; asked when somebody reads the metrics. */
  readonly connections: () => { readonly active: number; readonly total: number };
  /** Adds the metrics of the process; on by default. */
  readonly process?: boolean;
}

/** Makes the metrics, all at zero. */
export function createCentralMetrics(options: CentralMetricsOptions): CentralMetrics {
  const registry = createRegistry("tracing", options);
  const requests = registry.counter({
    name: "requests_total",
    help: "HTTP requests by route; error is a status of 500 and above",
    labelNames: ["route", "status"],
  });
  const dropped = registry.counter({
    name: "records_dropped_total",
    help: "Records that collectors gave up, by reason",
    labelNames: ["reason"],
  });
  // The page's alert asks for {quantile="0.95"}, which only a summary has.
  const summaries = new Registry();
  const durations = new Summary({
    name: "tracing_request_duration_seconds",
    help: "Time until an HTTP request was answered, streaming excluded",
    percentiles: [0.5, 0.95, 0.99],
    maxAgeSeconds: QUANTILE_WINDOW_SECONDS,
    ageBuckets: QUANTILE_STEPS,
    registers: [summaries],
  });
  registry.gauge({
    name: "ws_connections",
    help: "Open WebSocket connections",
    collect: (gauge) => gauge.set(options.connections().active),
  });
  registry.counter({
    name: "ws_connections_total",
    help: "WebSocket connections since the start",
    collect(counter) {
      counter.reset();
      counter.inc(options.connections().total);
    },
  });
  const reasons = new Set<string>();
  return {
    observeRequest({ route, status, durationMs }) {
      requests.inc({ route, status: status >= 500 ? "error" : "ok" });
      durations.observe(durationMs / 1000);
    },
    addDropped(reason, records) {
      if (reasons.size < MAX_REASONS) reasons.add(reason);
      dropped.inc({ reason: reasons.has(reason) ? reason : "other" }, records);
    },
    eventsStored: registry.counter({ name: "events_stored_total", help: "Events stored by this process" }),
    recordsStored: registry.counter({ name: "records_stored_total", help: "Records stored by this process" }),
    deadLetters: registry.counter({ name: "dead_letters_total", help: "Records put aside by this process" }),
    async metricsText() {
      const { body, contentType } = await registry.metricsText();
      return { body: `${body}\n${await summaries.metrics()}`, contentType };
    },
    [Symbol.dispose]() {
      registry[Symbol.dispose]();
      summaries.clear();
    },
  };
}
