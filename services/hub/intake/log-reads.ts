import type { Pool } from 'pg'
import { destroyedMark } from '#core/decide/marked.ts'
import { agenciesTold } from '#store/handing-over/ledger.ts'
import { markedBy, openTexts } from '#store/log/entry-texts.ts'
import { readHeldBytes } from '#store/log/quarantine.ts'
import { readNoticeRows, type LogRow } from '#store/log/rows.ts'
import type { CheckRules, LoggedMark } from './check-context.ts'

/** The newest versions of a notice that are asked for: an agency is told of each in turn. */
const maxVersions = 20

/** What the checks of intake read from the hub's database. They reject when it is away. */
export const logReads = (pool: Pool): Pick<CheckRules, 'heldBytes' | 'versionsOf' | 'wasTold'> => ({
  heldBytes: (participant, digest) => readHeldBytes(pool, participant, digest),
  versionsOf: async (issuer, id) => {
    const rows = await readNoticeRows(pool, id, issuer, maxVersions)
    return rows.map(loggedMark)
  },
  wasTold: async (agency, versions) => {
    const indexes = versions.map(({ index }) => index)
    return (await agenciesTold(pool, indexes, [agency])).has(agency)
  },
})

const loggedMark = (row: LogRow): LoggedMark => ({
  index: row.index,
  marked: row.destroyed ? destroyedMark(row.issuer, row.time) : markedBy(row, openTexts(row)),
})
