import { contentOf, type Disclosure } from '#core/envelope.ts'
import type { DisclosureName } from '#core/disclosures.ts'
import type { Marked } from '#core/decide.ts'
import type { EnvelopePayload } from '#core/generated/types.ts'
import { markedOf } from '#core/marked.ts'
import type { LogRow } from '#store/candidates.ts'

/** A log entry as it lies in memory: its texts, and of its content only what decides. */
export type FeedEntry = LogRow & { readonly marked: Marked; readonly bytes: number }

export const feedEntryOf = (row: LogRow): FeedEntry => {
  const { payload, disclosures } = openEntry(row)
  const marked = markedOf(contentOf(payload, disclosures), row.issuer, row.time, row.status)
  return { ...row, marked, bytes: overheadBytes + row.statement.length + row.disclosures.length + row.canonical.length + row.warnings.length }
}

/** About what the objects around the texts take. */
const overheadBytes = 1200

/** Takes the stored texts apart. Their bytes were verified when they were logged. */
export const openEntry = (row: LogRow): { payload: EnvelopePayload; disclosures: Disclosure[] } => ({
  payload: JSON.parse(Buffer.from(row.statement.split('.', 2)[1]!, 'base64url').toString()) as EnvelopePayload,
  disclosures: row.disclosures === '' ? [] : row.disclosures.split('~').map(disclosureOf),
})

const disclosureOf = (encoded: string): Disclosure => {
  const [, name, value] = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as [string, DisclosureName, unknown]
  return { name, encoded, value }
}

/** Names a notice among all issuers. */
export const noticeKey = ({ issuer, id }: Pick<LogRow, 'issuer' | 'id'>): string => `${issuer} ${id}`

/** Only an entry that is not its notice's first can change what a reader already holds. */
export const isLater = ({ version, event }: Pick<LogRow, 'version' | 'event'>): boolean => version > 1 || event === 'expired'
