import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of a process. Services of one process share it; makers give an existing metric of the same name. */
export type Metrics = Registry;

export function createMetrics(): Metrics {
  return new Registry();
}

export interface MetricSpec<L extends string> {
  /** `otvet_`, what is measured, and the unit: `_seconds`, `_bytes`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  /** Only values from small, known sets: never an id, a name or a text. */
  readonly labels?: readonly L[];
}

export interface HistogramSpec<L extends string> extends MetricSpec<L> {
  /** Upper bounds, ascending; `LATENCY_SECONDS` where there are none. */
  readonly buckets?: readonly number[];
}

/** From half a millisecond to a minute. */
export const LATENCY_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

export function counter<L extends string = never>(metrics: Metrics, spec: MetricSpec<L>): Counter<L> {
  const existing = metrics.getSingleMetric(spec.name);
  if (existing instanceof Counter) return existing;
  return new Counter({ ...common(spec), registers: [metrics] });
}

export function gauge<L extends string = never>(metrics: Metrics, spec: MetricSpec<L>): Gauge<L> {
  const existing = metrics.getSingleMetric(spec.name);
  if (existing instanceof Gauge) return existing;
  return new Gauge({ ...common(spec), registers: [metrics] });
}

export function histogram<L extends string = never>(metrics: Metrics, spec: HistogramSpec<L>): Histogram<L> {
  const existing = metrics.getSingleMetric(spec.name);
  if (existing instanceof Histogram) return existing;
  return new Histogram({ ...common(spec), buckets: [...(spec.buckets ?? LATENCY_SECONDS)], registers: [metrics] });
}

interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly read: () => number;
}

/** A gauge that asks its readers when it is scraped, and costs nothing in between. */
class ReadGauge extends Gauge<string> {
  readonly readings: Set<Reading>;
  constructor(metrics: Metrics, spec: MetricSpec<string>) {
    const readings = new Set<Reading>();
    super({
      ...common(spec),
      registers: [metrics],
      collect() {
        this.reset();
        for (const { labels, read } of readings) this.inc(labels, read());
      },
    });
    this.readings = readings;
  }
}

/** Shows the sum of what readers of the same name and labels give. Returns what takes this reader out again. */
export function readGauge<L extends string>(
  metrics: Metrics,
  spec: MetricSpec<L>,
  labels: Readonly<Record<L, string>>,
  read: () => number,
): () => void {
  const existing = metrics.getSingleMetric(spec.name);
  const shown = existing instanceof ReadGauge ? existing : new ReadGauge(metrics, spec);
  const reading: Reading = { labels, read };
  shown.readings.add(reading);
  return () => {
    shown.readings.delete(reading);
  };
}

function common<L extends string>(spec: MetricSpec<L>): { name: string; help: string; labelNames: L[] } {
  return { name: spec.name, help: spec.help, labelNames: [...(spec.labels ?? [])] };
}
