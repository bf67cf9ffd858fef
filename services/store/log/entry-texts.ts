import type { DisclosureName } from '#core/disclosures.ts'
import { type Disclosure } from '#core/envelope/envelope.ts'
import type { EnvelopePayload } from '#core/generated/types.ts'

/** The texts of an entry as they are stored: the issuer's JWS, and disclosures joined by `~`. */
export type EntryTexts = { readonly statement: string; readonly disclosures: string }

export type OpenedTexts = {
  readonly payload: EnvelopePayload
  readonly disclosures: readonly Disclosure[]
}

/** Takes the stored texts apart. Their signatures were verified when they were logged. */
export const openTexts = ({ statement, disclosures }: EntryTexts): OpenedTexts => ({
  payload: JSON.parse(
    Buffer.from(statement.split('.', 2)[1]!, 'base64url').toString(),
  ) as EnvelopePayload,
  disclosures: disclosures === '' ? [] : disclosures.split('~').map(disclosureOf),
})

const disclosureOf = (encoded: string): Disclosure => {
  const [, name, value] = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as [
    string,
    DisclosureName,
    unknown,
  ]
  return { name, encoded, value }
}
