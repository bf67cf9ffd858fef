import type { BenchSystem } from './bench-system.ts'

/**
 * One line of the output. `limit` is the raw limit named by `limitName`, measured in the same run;
 * `ratio` is value over limit.
 */
export type Line = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly limit: number
  readonly limitName: string
  readonly ratio: number
  readonly p50?: number
  readonly p99?: number
  readonly [more: string]: unknown
}

/** The amounts to measure. Those of `--quick` show only that the bench works. */
export type Amounts = {
  readonly loadSeconds: number
  readonly importRows: number
  readonly intakeNotices: number
  readonly budgetNotices: number
  readonly floodSeconds: number
  readonly idleSeconds: number
  readonly latencySeconds: number
  readonly fanoutReaders: number
  readonly fanoutEvents: number
  readonly pageEntries: readonly [number, number]
  readonly pageSeconds: number
  readonly memoryNotices: number
  readonly memoryReaders: number
}

export type Figure = {
  readonly name: string
  /** The process whose profile `--profile` keeps. */
  readonly service: string
  readonly measure: (bench: BenchSystem, amounts: Amounts) => Promise<readonly Line[]>
}

/**
 * A figure of something that starts everything itself. It is measured before the system of the
 * others runs.
 */
export type AloneFigure = {
  readonly name: string
  readonly measure: (amounts: Amounts) => Promise<readonly Line[]>
}

export const quickAmounts: Amounts = {
  loadSeconds: 5,
  importRows: 5000,
  intakeNotices: 3000,
  budgetNotices: 1000,
  floodSeconds: 4,
  idleSeconds: 5,
  latencySeconds: 4,
  fanoutReaders: 50,
  fanoutEvents: 300,
  pageEntries: [10_000, 50_000],
  pageSeconds: 2,
  memoryNotices: 3000,
  memoryReaders: 50,
}

export const fullAmounts: Amounts = {
  loadSeconds: 10,
  importRows: 100_000,
  intakeNotices: 30_000,
  budgetNotices: 10_000,
  floodSeconds: 15,
  idleSeconds: 30,
  latencySeconds: 15,
  fanoutReaders: 500,
  fanoutEvents: 1000,
  pageEntries: [10_000, 1_000_000],
  pageSeconds: 6,
  memoryNotices: 200_000,
  memoryReaders: 500,
}

/** The value below which the share `q` of the values lies; the values need not be in order. */
export const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  Number.NaN

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))
