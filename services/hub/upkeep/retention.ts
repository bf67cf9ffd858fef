import type { Pool } from 'pg'
import type { Clock } from '#runtime/process/clock.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import { destroyDue, type Retention } from '#store/log/retention.ts'

const batchNotices = 100
/** The most that one pass destroys. The next pass takes the rest. */
const turnsMost = 1000

/**
 * Destroys the content that is due, every `everyMs`, in each hub process. The processes take turns
 * at the sequencer and let intake go first between batches.
 */
export const watchRetention = (
  deps: Retention & {
    pool: Pool
    clock: Pick<Clock, 'trust'>
    everyMs: number
    onDestroyed: (count: number) => void
    log: Log
  },
): { close: () => Promise<void> } =>
  every(
    deps.everyMs,
    async (closing) => {
      for (let turn = 0; turn < turnsMost && !closing.aborted; turn++) {
        const { notices, more } = await destroyDue(deps.pool, deps, batchNotices, deps.clock.trust)
        if (!more) return
        deps.onDestroyed(notices)
        deps.log.info({ notices }, 'content destroyed: its time is over')
      }
    },
    (error) => deps.log.error({ err: error }, 'content that is due is not destroyed; tried again'),
  )
