import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { transaction } from '#runtime/postgres/transaction.ts'

/**
 * A participant was handed a version of another participant's notice. `at` is the first time in
 * this stretch.
 */
export type HandOverSummary = {
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly participant: string
  readonly at: Micros
}

/**
 * A row becomes visible some time after the `at` that it carries, so the end of a stretch is read
 * again, in microseconds.
 */
const lookBackMicros = 3_000_000
/** Rows with one time belong to one part. Each row covers up to a thousand entries. */
const rowsAtOnce = 2000
const toldAtOnce = 1000

/**
 * Gives `tell` the hand-overs since the last time, by participant and never by agency: which agency
 * reads is the affair of its country. Many hand-overs are told in parts of a thousand. The position
 * is stored when `tell` has resolved for all parts; if the process dies before that, the same
 * hand-overs are told again. Only one process does this at a time, and the others find nothing to
 * do. Resolves with whether there may be more at once.
 */
export const summariseDeliveries = (
  pool: Pool,
  tell: (handOvers: readonly HandOverSummary[]) => Promise<void>,
): Promise<boolean> =>
  transaction(pool, async (client) => {
    const held = await client.query<{ position: Micros }>(
      'select position from delivery_summary for update skip locked',
    )
    const position = held.rows[0]?.position
    if (position === undefined) return false
    const {
      rows: [recent],
    } = await client.query<{ last: Micros | null; count: number }>({
      name: 'recent-deliveries',
      text: `select max(at) as last, count(*) as count from (select at from delivery where at > $1
        order by at fetch first $2 rows with ties) as recent`,
      values: [position, rowsAtOnce],
    })
    const { last, count } = recent!
    if (last === null) return false
    await client.query(declareHandOvers, [position, last])
    for (let more = true; more;) {
      const { rows } = await client.query<HandOverSummary>(`fetch ${toldAtOnce} from hand_overs`)
      if (rows.length > 0) await tell(rows)
      more = rows.length === toldAtOnce
    }
    const full = count >= rowsAtOnce
    await client.query('update delivery_summary set position = $1', [
      full ? last : Math.max(position, last - lookBackMicros),
    ])
    return full
  })

const declareHandOvers = `
  declare hand_overs no scroll cursor for
  select e.issuer, e.id, e.version, o.participant, min(d.at) as at
  from delivery d join offer o on o.id = d.offer
  cross join lateral generate_series(d.first_index, d.last_index) as g (index)
  join entry e on e.index = g.index and e.event = 'notice'
  where d.at > $1 and d.at <= $2 and get_bit(d.bitmap, g.index - d.first_index) = 1
  and o.participant <> e.issuer
    and (d.withdrawn is null or get_bit(d.withdrawn, g.index - d.first_index) = 0)
  group by e.issuer, e.id, e.version, o.participant`
