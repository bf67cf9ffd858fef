import type { Marked } from '#core/decide/decide.ts'
import { markedOf, unmarked } from '#core/decide/marked.ts'
import type { DisclosureName } from '#core/disclosures.ts'
import { type Disclosure } from '#core/envelope/envelope.ts'
import { isBare, type SignedPayload } from '#core/schema/check.ts'
import type { LogRow } from './rows.ts'

/** The texts of an entry as they are stored: the issuer's JWS, and disclosures joined by `~`. */
export type EntryTexts = { readonly statement: string; readonly disclosures: string }

export type OpenedTexts = {
  readonly payload: SignedPayload
  readonly disclosures: readonly Disclosure[]
}

/** Takes the stored texts apart. Their signatures were verified when they were logged. */
export const openTexts = ({ statement, disclosures }: EntryTexts): OpenedTexts => ({
  payload: JSON.parse(
    Buffer.from(statement.split('.', 2)[1]!, 'base64url').toString(),
  ) as SignedPayload,
  disclosures: disclosures === '' ? [] : disclosures.split('~').map(disclosureOf),
})

/**
 * The values of an entry that `decide` reads. They come from its own content, or from that of the
 * version which marks it (`LogRow.marking`). If neither has any, the originator alone may see it.
 */
export const markedBy = (
  { issuer, time, status, marking }: Pick<LogRow, 'issuer' | 'time' | 'status' | 'marking'>,
  own: OpenedTexts,
): Marked => {
  const agency = disclosed(own, 'agency')
  const from = isBare(own.payload) ? openMarking(marking) : own
  if (from === undefined || isBare(from.payload))
    return unmarked(issuer, typeof agency === 'string' ? agency : null, time, status)
  const content = {
    handling: { ...from.payload.handling, release: disclosed(from, 'release') },
    agency,
    operatorStatus: disclosed(from, 'operatorStatus'),
  }
  return markedOf(content, issuer, time, status)
}

const openMarking = (marking: string | null): OpenedTexts | undefined => {
  if (marking === null) return undefined
  const [statement = '', ...disclosures] = marking.split('~')
  return openTexts({ statement, disclosures: disclosures.join('~') })
}

const disclosed = ({ disclosures }: OpenedTexts, name: DisclosureName): unknown =>
  disclosures.find((d) => d.name === name)?.value

const disclosureOf = (encoded: string): Disclosure => {
  const [, name, value] = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as [
    string,
    DisclosureName,
    unknown,
  ]
  return { name, encoded, value }
}
