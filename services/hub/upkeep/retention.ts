import type { Pool } from 'pg'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import { destroyDue, type Retention } from '#store/log/retention.ts'

const batchNotices = 100
/** Of one look; the rest is for the next. */
const turnsMost = 1000

/**
 * Destroys what is due every `everyMs`, in each hub process: they take turns at the sequencer, and
 * leave it to intake between batches.
 */
export const watchRetention = (
  deps: Retention & { pool: Pool; everyMs: number; onDestroyed: (count: number) => void; log: Log },
): { close: () => Promise<void> } =>
  every(
    deps.everyMs,
    async (closing) => {
      for (let turn = 0; turn < turnsMost && !closing.aborted; turn++) {
        const { notices, more } = await destroyDue(deps.pool, deps, batchNotices)
        if (!more) return
        deps.onDestroyed(notices)
        deps.log.info({ notices }, 'content destroyed: its time is over')
      }
    },
    (error) => deps.log.error({ err: error }, 'content that is due is not destroyed; tried again'),
  )
