import type { Pool } from 'pg'
import { pause } from '#runtime/process/pause.ts'
import type { Log } from '#runtime/process/log.ts'
import { fillMatches, type MatchKey } from '#store/log/match.ts'

const batchEntries = 500
const retryMs = 5000

/**
 * Writes the rows of `match` for what was logged before that table was there, from the start of a
 * hub process on until none is missing. Lookups do not find the rest until then. Each process does
 * it; a batch counts once.
 */
export const startFilling = (deps: {
  pool: Pool
  matchKey: MatchKey
  log: Log
}): { close: () => Promise<void> } => {
  const closing = new AbortController()
  const filling = fill(deps, closing.signal)
  return {
    close: async () => {
      closing.abort()
      await filling
    },
  }
}

const fill = async (
  { pool, matchKey, log }: Parameters<typeof startFilling>[0],
  closing: AbortSignal,
): Promise<void> => {
  for (let batches = 0; !closing.aborted; batches++) {
    try {
      if (!(await fillMatches(pool, matchKey, batchEntries))) continue
      if (batches > 0) log.info('the subjects of the whole log are known to lookups')
      return
    } catch (err) {
      log.warn({ err }, 'subjects of the older log are not yet known to lookups; tried again')
      await pause(retryMs, closing)
    }
  }
}
