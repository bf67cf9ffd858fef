import type { SaidType } from '#core/said/forms.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Submission } from '../outbox.ts'

export type SignedStatement = {
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
