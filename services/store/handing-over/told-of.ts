import type { Pool } from 'pg'
import { isSet, mayHold } from './ledger.ts'

/** The newest entries of a notice that are asked for: an agency is told of each in turn. */
const maxEntries = 20

/**
 * Whether an agency was told of a notice, with or without its content, by any of its clients. One
 * question, however many versions there are.
 */
export const wasToldOfNotice = async (
  pool: Pool,
  agency: string,
  issuer: string,
  id: string,
): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'was-told-of-notice',
    text: `select from (
        select e.index from entry e where e.id = $3 and e.issuer = $2
        order by e.index desc limit $4) i
      join delivery d on d.agency = $1 and ${mayHold}
      where ${isSet('d.bitmap')} and not ${isSet('d.withdrawn')} limit 1`,
    values: [agency, issuer, id, maxEntries],
  })
  return rowCount === 1
}
