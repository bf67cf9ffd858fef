import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { answerColumns, answered, type OutboxRow } from '../outbox.ts'

/**
 * The originator's word that a held version is meant, with the hub's receipt where it refused it:
 * then the version is held as before.
 */
export type Confirmation = Pick<OutboxRow, 'id' | 'submitter'> & {
  readonly reason: string
  readonly confirmedAt: Micros
  readonly state: 'open' | 'rejected'
  readonly receipt: OutboxRow['receipt']
}

type Row = Omit<Confirmation, 'state'> & Pick<OutboxRow, 'state'>

/** The newest confirmation of the version whose envelope has this digest (hex). */
export const findConfirmation = async (
  pool: Pool,
  digest: string,
): Promise<Confirmation | undefined> => {
  const { rows } = await pool.query<Row>({
    name: 'find-confirmation',
    text: `select s.id, coalesce(s.content::json ->> 'reason', '') as reason, s.submitter,
        s.posted_at as "confirmedAt", ${answerColumns}
      from ${answered} where s.id = $1 and s.version = 1 and s.type = 'confirmation'
      order by s.rejected_before desc limit 1`,
    values: [confirmationId(digest)],
  })
  if (rows[0] === undefined) return undefined
  const { id, reason, submitter, confirmedAt, state, receipt } = rows[0]
  const said = { id, reason, submitter, confirmedAt }
  return state === 'rejected'
    ? { ...said, state, receipt }
    : { ...said, state: 'open', receipt: null }
}
