import type { Pool } from 'pg'
import type { Log } from '#runtime/log.ts'
import { expireNotices } from '#store/expire.ts'

const batchNotices = 200

/** Looks for notices whose expiry has come every `everyMs`, in each hub process: they take turns at the sequencer. */
export const watchExpiry = (deps: { pool: Pool; everyMs: number; onExpired: (count: number) => void; log: Log }): { close: () => Promise<void> } => {
  let underWay: Promise<void> | undefined
  let closed = false
  const expire = async (): Promise<void> => {
    for (let due = batchNotices; due === batchNotices && !closed; ) {
      due = await expireNotices(deps.pool, batchNotices)
      deps.onExpired(due)
    }
  }
  const timer = setInterval(() => {
    underWay ??= expire().catch((error: unknown) => deps.log.warn({ err: error }, 'expiry not looked for; tried again')).finally(() => (underWay = undefined))
  }, deps.everyMs)
  return {
    close: async () => {
      closed = true
      clearInterval(timer)
      await underWay
    },
  }
}
