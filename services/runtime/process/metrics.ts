import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/**
 * The metrics of one process. Labels hold names of a bounded set (route, status, code, participant,
 * topic), never ids. A counter, gauge or histogram is made once per name and process; making it
 * again throws.
 */
export type Metrics = {
  readonly registry: Registry
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>
  gauge<L extends string>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: (gauge: Gauge<L>) => void | Promise<void>,
  ): Gauge<L>
  histogram<L extends string>(
    name: string,
    help: string,
    labels?: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L>
  /** The text form of Prometheus. `contentType` is its media type. */
  text(): Promise<string>
  readonly contentType: string
}

/** In seconds, from a tenth of a millisecond to a minute. */
const secondsBuckets = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const

/**
 * Includes the default metrics of the process (CPU, memory, event loop lag, garbage collection).
 * Every metric has the label `service`.
 */
export const createMetrics = (service: string): Metrics => {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    counter: (name, help, labels = []) =>
      new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    gauge: (name, help, labels = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [registry],
        ...(collect && {
          collect() {
            return collect(this)
          },
        }),
      }),
    histogram: (name, help, labels = [], buckets = secondsBuckets) =>
      new Histogram({
        name,
        help,
        labelNames: [...labels],
        buckets: [...buckets],
        registers: [registry],
      }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
