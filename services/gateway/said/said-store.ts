import type { Pool } from 'pg'
import { answerColumns, answered, type OutboxRow } from '../outbox.ts'

/** How far a statement of an agency has come. */
export type SaidState = Pick<OutboxRow, 'id' | 'state' | 'postedAt' | 'answeredAt' | 'receipt'> & {
  readonly type: string
}

/** The newest statement of an agency under an id. */
export const findSaid = async (
  pool: Pool,
  agency: string,
  id: string,
): Promise<SaidState | undefined> => {
  const { rows } = await pool.query<SaidState>({
    name: 'find-said',
    text: `select s.id, s.type, s.posted_at as "postedAt", ${answerColumns}
           from ${answered}
           where s.id = $1 and s.type <> 'notice' and s.agency = $2 order by s.seq desc limit 1`,
    values: [id, agency],
  })
  return rows[0]
}
