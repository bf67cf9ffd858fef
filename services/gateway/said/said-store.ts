import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { State } from '../outbox.ts'

/** How far a statement of an agency has come. */
export type SaidState = {
  readonly id: string
  readonly type: string
  readonly state: State
  readonly postedAt: Micros
  readonly answeredAt: Micros | null
  readonly receipt: Readonly<Record<string, unknown>> | null
}

/** The newest statement of an agency under an id. */
export const findSaid = async (
  pool: Pool,
  agency: string,
  id: string,
): Promise<SaidState | undefined> => {
  const { rows } = await pool.query<SaidState>({
    name: 'find-said',
    text: `select s.id, s.type, s.posted_at as "postedAt",
             coalesce(a.state, case when o.receipt is null then 'queued' else 'held' end) as state,
             coalesce(a.receipt, o.receipt) as receipt,
             coalesce(a.answered_at, o.answered_at) as "answeredAt"
           from submission s left join answer a on a.seq = s.seq
           left join open o on o.seq = s.seq
           where s.id = $1 and s.type <> 'notice' and s.agency = $2 order by s.seq desc limit 1`,
    values: [id, agency],
  })
  return rows[0]
}
