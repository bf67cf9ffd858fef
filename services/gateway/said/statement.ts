import { randomBytes } from 'node:crypto'
import { hubAudience } from '#core/envelope/envelope.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidType } from '#core/said/forms.ts'
import { buildSaid, type SaidInput } from '#core/said/said.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { Submission } from '../outbox.ts'
import type { SubmitDeps } from '../submit.ts'

type SignedStatement = {
  readonly type: SaidType
  readonly id: string
  readonly text: string
  readonly digest: string
  readonly postedAt: Micros
  /** What was asked for, as the caller sent it. */
  readonly content: Readonly<Record<string, unknown>>
  /** SHA-256 of the content; empty where nobody asked. */
  readonly contentHash?: Buffer
  /** Who said it; nobody where the gateway itself says it. */
  readonly by?: { readonly person: string; readonly agency: string }
}

/** A statement as a row of the one outbox: it has no subject and no dates. */
export const statementOf = ({
  text,
  by,
  contentHash = Buffer.alloc(0),
  ...signed
}: SignedStatement): Submission => ({
  ...signed,
  contract: 2,
  version: 1,
  status: 'active',
  agency: by?.agency ?? '',
  submitter: by?.person ?? '',
  kind: '',
  contentHash,
  canonical: { key: '' },
  warnings: [],
  envelope: text,
  dates: { review: null, expires: null },
})

/** What is signed, and for whom. */
export type ToSay<T extends SaidType> = Pick<SaidInput<T>, 'id' | 'type' | 'clear' | 'disclosed'> &
  Pick<SignedStatement, 'content' | 'contentHash' | 'by'>

/** Signs a statement in the country's name, now. */
export const signSaid = async <T extends SaidType>(
  { clear, disclosed, ...said }: ToSay<T>,
  { participant, signer, now }: Pick<SubmitDeps, 'participant' | 'signer' | 'now'>,
): Promise<Submission> => {
  const { id, type } = said
  const postedAt = now()
  const issuedAt = Math.floor(postedAt / 1_000_000)
  const signed = await buildSaid(
    { issuer: participant, audience: hubAudience, id, type, issuedAt, clear, disclosed },
    signer,
    randomBytes,
  )
  failpoint('gateway.signed')
  return statementOf({ ...said, ...signed, postedAt })
}
