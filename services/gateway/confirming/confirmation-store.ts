import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { findOpenRow, type OpenRow } from '../exchange/open-queue.ts'

export type NewConfirmation = {
  /** The seq of the held version. */
  readonly submission: number
  readonly statement: string
  readonly digest: string
  readonly reason: string
  readonly submitter: string
  readonly confirmedAt: Micros
}

/**
 * A stored confirmation. `rejected`: the hub refused the statement, and the version is held as
 * before.
 */
export type Confirmation = Pick<NewConfirmation, 'reason' | 'submitter' | 'confirmedAt'> & {
  readonly state: 'open' | 'rejected'
  readonly receipt: Readonly<Record<string, unknown>> | null
}

const columns = `reason, submitter, confirmed_at as "confirmedAt", state, receipt`

/**
 * Stores a confirmation, unless one is open for the version: the first counts. Durable when it
 * resolves, with the row that the relay publishes now.
 */
export const storeConfirmation = async (
  pool: Pool,
  given: NewConfirmation,
): Promise<OpenRow | undefined> => {
  await pool.query({
    name: 'store-confirmation',
    text: `insert into confirmation (submission, statement, digest, reason, submitter, confirmed_at)
      values ($1, $2, decode($3, 'hex'), $4, $5, $6)
           on conflict (submission) where state = 'open' do nothing`,
    values: [
      given.submission,
      given.statement,
      given.digest,
      given.reason,
      given.submitter,
      given.confirmedAt,
    ],
  })
  return findOpenRow(pool, given.submission)
}

/** The newest confirmation of a held version. */
export const findConfirmation = async (
  pool: Pool,
  seq: number,
): Promise<Confirmation | undefined> => {
  const { rows } = await pool.query<Confirmation>({
    name: 'find-confirmation',
    text: `select ${columns} from confirmation where submission = $1 order by seq desc limit 1`,
    values: [seq],
  })
  return rows[0]
}
