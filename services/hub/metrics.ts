import type { Pool } from 'pg'
import type { Metrics } from '#runtime/process/metrics.ts'
import { logAhead } from '#store/log/log-end.ts'
import { readQuarantineUse } from '#store/log/quarantine.ts'

export type IntakeMetrics = ReturnType<typeof createIntakeMetrics>

export const createIntakeMetrics = (metrics: Metrics) => ({
  logged: metrics.counter('switchboard_logged_total', 'Entries appended to the notice log'),
  answers: metrics.counter('switchboard_answers_total', 'Receipts by state and code', [
    'state',
    'code',
  ]),
  expired: metrics.counter('switchboard_expired_total', 'Notice versions whose expiry has come'),
  destroyed: metrics.counter(
    'switchboard_destroyed_total',
    'Notices whose content was destroyed because its time is over',
  ),
  batchSeconds: metrics.histogram(
    'switchboard_intake_batch_seconds',
    'Time of one micro-batch, from the append to the receipts',
  ),
  registryVersion: metrics.gauge(
    'switchboard_registry_version',
    'Version of the registry in force here',
  ),
  topics: metrics.gauge('switchboard_intake_topics', 'Topics this process subscribes to'),
})

/** An entry's time is never taken back, so a log that is ahead stays so until the time has come. */
export const measureLogAhead = (metrics: Metrics, pool: Pool): void => {
  metrics.gauge(
    'switchboard_log_ahead_seconds',
    "How far the last log time is ahead of the database's clock",
    [],
    async (gauge) => gauge.set((await logAhead(pool)) / 1_000_000),
  )
}

/** What quarantine has of each participant, read when the metrics are. */
export const measureQuarantine = (metrics: Metrics, pool: Pool): void => {
  const sampled = metrics.gauge(
    'switchboard_quarantine_sampled',
    'Refused records of which a sample is kept, because the quota is used up',
    ['participant'],
  )
  const leftOut = metrics.gauge(
    'switchboard_quarantine_left_out',
    'Refused records of which nothing but their number is kept',
    ['participant'],
  )
  metrics.gauge(
    'switchboard_quarantine_bytes',
    'Bytes of refused and held records that are kept',
    ['participant'],
    async (gauge) => {
      for (const use of await readQuarantineUse(pool)) {
        const { participant } = use
        gauge.set({ participant }, use.bytes)
        sampled.set({ participant }, use.sampled)
        leftOut.set({ participant }, use.leftOut)
      }
    },
  )
}
