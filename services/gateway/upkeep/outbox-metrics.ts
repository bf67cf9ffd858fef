import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import { countOpen } from '../exchange/open-queue.ts'

/**
 * How many notices wait for the hub's answer, the age of the oldest, and how many the hub holds.
 * Counted when
 * the metrics are read.
 */
export const measureOutbox = (metrics: Metrics, pool: Pool, now: () => Micros): void => {
  const oldest = metrics.gauge(
    'switchboard_outbox_oldest_seconds',
    'Age of the oldest notice the hub has not answered at all',
  )
  const held = metrics.gauge(
    'switchboard_outbox_held',
    'Notices the hub holds: for a confirmation, or until it is upgraded',
  )
  metrics.gauge(
    'switchboard_outbox_open',
    'Notices the hub has not answered at all; those it holds stand apart',
    [],
    async (gauge) => {
      const counted = await countOpen(pool)
      gauge.set(counted.waiting)
      held.set(counted.held)
      oldest.set(counted.oldest === null ? 0 : (now() - counted.oldest) / 1_000_000)
    },
  )
}
