import type { Marked } from '#core/decide/decide.ts'
import { destroyedMark } from '#core/decide/marked.ts'
import { markedBy, openTexts, type OpenedTexts } from '#store/log/entry-texts.ts'
import type { LogRow } from '#store/log/rows.ts'

/**
 * A log entry in memory: its texts, and those members of its content that `decide` reads. `opened`
 * is set where the entry is kept for a short time only.
 */
export type FeedEntry = Omit<LogRow, 'tokens' | 'marking'> & {
  readonly marked: Marked
  readonly bytes: number
  readonly opened?: OpenedTexts
}

type Row = Omit<LogRow, 'tokens'>

/** Whether feeds give nothing of an entry: it is destroyed, or its type is not for feeds. */
const isForNobody = ({ destroyed, event }: Row): boolean =>
  destroyed || (event !== 'notice' && event !== 'expired')

/** An entry for the tail, which keeps many: as small as possible. */
export const feedEntryOf = (row: Row): FeedEntry =>
  isForNobody(row) ? destroyedEntry(row) : entryWith(row, openTexts(row))

/** An entry for one page. The page is rendered soon, so the opened texts stay with the entry. */
export const openedEntryOf = (row: Row): FeedEntry => {
  if (isForNobody(row)) return destroyedEntry(row)
  const opened = openTexts(row)
  return { ...entryWith(row, opened), opened }
}

/**
 * An entry whose content is destroyed. It has what a withdrawal needs, for readers who hold the
 * notice.
 */
export const destroyedEntry = (row: Omit<Row, 'marking'>): FeedEntry => ({
  ...row,
  statement: '',
  disclosures: '',
  canonical: '{}',
  warnings: '[]',
  salt: Buffer.alloc(0),
  destroyed: true,
  marked: destroyedMark(row.issuer, row.time),
  bytes: overheadBytes,
})

const entryWith = ({ marking, ...row }: Row, opened: OpenedTexts): FeedEntry => ({
  ...row,
  marked: markedBy({ ...row, marking }, opened),
  bytes:
    overheadBytes +
    row.statement.length +
    row.disclosures.length +
    row.canonical.length +
    row.warnings.length,
})

/** The measured size of the objects around the texts, in bytes. */
const overheadBytes = 1900

export const openEntry = (entry: FeedEntry): OpenedTexts => entry.opened ?? openTexts(entry)

/**
 * Whether an entry is not the first of its notice. Only such an entry can change what a reader
 * holds.
 */
export const isLater = ({ version, event }: Pick<LogRow, 'version' | 'event'>): boolean =>
  version > 1 || event === 'expired'
