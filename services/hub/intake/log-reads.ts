import type { Pool } from 'pg'
import { destroyedMark } from '#core/decide/marked.ts'
import { wasToldOfNotice } from '#store/handing-over/told-of.ts'
import { markedBy, openTexts } from '#store/log/entry-texts.ts'
import { readHeldBytes } from '#store/log/quarantine.ts'
import { countSaid } from '#store/log/told.ts'
import { readNoticeRows } from '#store/log/rows.ts'
import type { CheckRules } from './check-context.ts'

/**
 * What the checks of intake read from the hub's database. They reject when it is away. Each costs
 * about the same, however many versions a notice has.
 */
export const logReads = (
  pool: Pool,
): Pick<CheckRules, 'heldBytes' | 'newestMark' | 'wasTold' | 'saidAbout'> => ({
  heldBytes: (participant, digest) => readHeldBytes(pool, participant, digest),
  newestMark: async (issuer, id) => {
    const row = (await readNoticeRows(pool, id, issuer, 1)).at(-1)
    // A statement has an id, too, and is no notice: nothing would ever destroy what is about it.
    if (row === undefined || (row.event !== 'notice' && row.event !== 'expired')) return undefined
    return row.destroyed ? destroyedMark(row.issuer, row.time) : markedBy(row, openTexts(row))
  },
  saidAbout: (participant, issuer, id) => countSaid(pool, participant, { issuer, id }),
  wasTold: (agency, issuer, id) => wasToldOfNotice(pool, agency, issuer, id),
})
