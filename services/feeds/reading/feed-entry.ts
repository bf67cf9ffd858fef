import { type Disclosure } from '#core/envelope/envelope.ts'
import type { DisclosureName } from '#core/disclosures.ts'
import type { Marked } from '#core/decide/decide.ts'
import type { EnvelopePayload } from '#core/generated/types.ts'
import { destroyedMark, markedOf } from '#core/decide/marked.ts'
import { openTexts, type OpenedTexts } from '#store/log/entry-texts.ts'
import type { LogRow } from '#store/log/rows.ts'

/**
 * A log entry as it lies in memory: its texts, and of its content only what decides. `opened` where
 * it is not held for long.
 */
export type FeedEntry = Omit<LogRow, 'tokens'> & {
  readonly marked: Marked
  readonly bytes: number
  readonly opened?: OpenedTexts
}

/** An entry to be held: small. */
export const feedEntryOf = (row: Omit<LogRow, 'tokens'>): FeedEntry =>
  row.destroyed ? destroyedEntry(row) : entryWith(row, openTexts(row))

/** An entry for one page: it is rendered soon, so what was taken apart to decide stays. */
export const openedEntryOf = (row: Omit<LogRow, 'tokens'>): FeedEntry => {
  if (row.destroyed) return destroyedEntry(row)
  const opened = openTexts(row)
  return { ...entryWith(row, opened), opened }
}

/**
 * What is left of an entry whose content is destroyed: by it whoever held the notice can be told
 * so.
 */
export const destroyedEntry = (row: Omit<LogRow, 'tokens'>): FeedEntry => ({
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

const entryWith = (
  row: Omit<LogRow, 'tokens'>,
  { payload, disclosures }: OpenedTexts,
): FeedEntry => {
  const marked = markedOf(decidingOf(payload, disclosures), row.issuer, row.time, row.status)
  return {
    ...row,
    marked,
    bytes:
      overheadBytes +
      row.statement.length +
      row.disclosures.length +
      row.canonical.length +
      row.warnings.length,
  }
}

/** Of the content, what `markedOf` looks at. */
const decidingOf = (
  { handling }: EnvelopePayload,
  disclosures: readonly Disclosure[],
): Record<string, unknown> => {
  const of = (name: DisclosureName): unknown => disclosures.find((d) => d.name === name)?.value
  return {
    handling: { ...handling, release: of('release') },
    agency: of('agency'),
    operatorStatus: of('operatorStatus'),
  }
}

/** About what the objects around the texts take, as measured. */
const overheadBytes = 1900

export const openEntry = (entry: FeedEntry): OpenedTexts => entry.opened ?? openTexts(entry)

/** Only an entry that is not its notice's first can change what a reader already holds. */
export const isLater = ({ version, event }: Pick<LogRow, 'version' | 'event'>): boolean =>
  version > 1 || event === 'expired'
