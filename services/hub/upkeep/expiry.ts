import type { Pool } from 'pg'
import type { Clock } from '#runtime/process/clock.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import { expireNotices } from '#store/log/expire.ts'

const batchNotices = 200

/**
 * Expires the notices that are due, every `everyMs`, in each hub process. The processes take turns
 * at the sequencer.
 */
export const watchExpiry = (deps: {
  pool: Pool
  clock: Pick<Clock, 'trust'>
  everyMs: number
  onExpired: (count: number) => void
  log: Log
}): { close: () => Promise<void> } =>
  every(
    deps.everyMs,
    async (closing) => {
      for (let due = batchNotices; due === batchNotices && !closing.aborted;) {
        due = await expireNotices(deps.pool, batchNotices, deps.clock.trust)
        deps.onExpired(due)
      }
    },
    (error) => deps.log.warn({ err: error }, 'due notices were not expired; tried again'),
  )
