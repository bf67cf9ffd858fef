import type { Metrics } from '#runtime/process/metrics.ts'

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
