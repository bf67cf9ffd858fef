import type { Pool } from 'pg'
import type { Log } from '#runtime/process/log.ts'
import { holdLeadership } from './leadership.ts'
import { startRelay, type Relay, type RelayOptions } from './relay.ts'

/**
 * The relay of this database, which runs in one process at a time. While another process leads,
 * `offer` and `answered` do nothing here: the leader finds the rows in the database.
 */
export const startLedRelay = (
  pool: Pool,
  options: RelayOptions,
  log: Log,
): Pick<Relay, 'offer' | 'answered' | 'close'> => {
  let relay: Relay | undefined
  const lead = holdLeadership(
    pool,
    () => {
      const started = startRelay(options)
      relay = started
      return { close: () => started.close().finally(() => (relay = undefined)) }
    },
    log,
  )
  return {
    offer: (rows) => relay?.offer(rows),
    answered: (digests) => relay?.answered(digests),
    close: lead.close,
  }
}
