import {
  collectDefaultMetrics,
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Registry,
} from "prom-client";

/** Name without the prefix, help, and the names of the labels. */
export interface MetricOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
}

/** Metrics of one program. */
export interface MetricsRegistry extends Disposable {
  /** A number that only grows; its name ends in `_total`. `collect` may set it at the moment it is read. */
  counter<Label extends string = never>(
    options: MetricOptions<Label> & { readonly collect?: (counter: Counter<Label>) => void | Promise<void> },
  ): Counter<Label>;
  /** A number that goes both ways; `collect` may set it at the moment it is read. */
  gauge<Label extends string = never>(
    options: MetricOptions<Label> & { readonly collect?: (gauge: Gauge<Label>) => void | Promise<void> },
  ): Gauge<Label>;
  /** Everything in the text format of Prometheus. */
  metricsText(): Promise<{ readonly body: string; readonly contentType: string }>;
}

// promtool rejects gauges whose names end in "_total"; what remains of them says nothing about Deno.
const LEFT_OUT = /^nodejs_active_/;

/**
 * Makes the metrics of a program: `prefix` and an underscore precede every name, the usual process metrics excepted.
 * Throws an `Error` for a name that is taken or not allowed. Disposing it forgets all metrics.
 */
export function createRegistry(
  prefix: string,
  options: { readonly process?: boolean } = {},
): MetricsRegistry {
  const registry = new Registry();
  if (options.process ?? true) {
    collectDefaultMetrics({ register: registry });
    for (const { name } of registry.getMetricsAsArray()) {
      if (LEFT_OUT.test(name)) registry.removeSingleMetric(name);
    }
  }
  const base = <Label extends string>({ name, help, labelNames = [] }: MetricOptions<Label>) => ({
    name: `${prefix}_${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });
  return {
    counter: (metric) => createCounter(base(metric), metric.collect),
    gauge: (metric) => createGauge(base(metric), metric.collect),
    async metricsText() {
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
    [Symbol.dispose]: () => registry.clear(),
  };
}

function createCounter<Label extends string>(
  configuration: CounterConfiguration<Label>,
  collect: ((counter: Counter<Label>) => void | Promise<void>) | undefined,
): Counter<Label> {
  if (collect === undefined) return new Counter(configuration);
  const counter: Counter<Label> = new Counter({ ...configuration, collect: () => collect(counter) });
  return counter;
}

function createGauge<Label extends string>(
  configuration: GaugeConfiguration<Label>,
  collect: ((gauge: Gauge<Label>) => void | Promise<void>) | undefined,
): Gauge<Label> {
  if (collect === undefined) return new Gauge(configuration);
  const gauge: Gauge<Label> = new Gauge({ ...configuration, collect: () => collect(gauge) });
  return gauge;
}
