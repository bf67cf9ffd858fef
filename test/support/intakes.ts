import { createHash } from 'node:crypto'
import { audienceTokens } from '#core/decide/audience.ts'
import { markedOf } from '#core/decide/marked.ts'
import { concernsVictim } from '#core/decide/marking.ts'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import type { Intake, Loggable } from '#store/log/intake.ts'

/** The result of intake for an envelope of this content, without the checks of intake. */
export const intakeOf = (
  envelope: string,
  content: Readonly<Record<string, unknown>> & { readonly id: string },
  {
    issuer = 'TH',
    version = 1,
    status = 'active',
    registryVersion = 1,
  }: Partial<Pick<Loggable, 'issuer' | 'version' | 'status' | 'registryVersion'>> = {},
): Intake => {
  const following = status === 'revoked' ? bare(issuer) : followingFrom(content, issuer)
  return arrived(envelope, {
    event: 'notice',
    issuer,
    id: content.id,
    version,
    status,
    kind: content['kind'] as string,
    registryVersion,
    ...following,
  })
}

/** A signed text of the issuer that arrived and passed every check. */
export const arrived = (text: string, notice: Omit<Loggable, 'jws' | 'disclosures'>): Intake => {
  const raw = Buffer.from(text)
  const [jws = '', ...disclosures] = text.split('~').slice(0, -1)
  return {
    participant: notice.issuer,
    raw,
    digest: createHash('sha256').update(raw).digest(),
    topic: `submitted.${notice.issuer}`,
    partition: 0,
    offset: '0',
    postedAt: null,
    publishedAt: nowMicros(),
    receivedAt: nowMicros(),
    outcome: { ok: true, notice: { ...notice, jws, disclosures } },
  }
}

/** What follows from the content of a version, and of a revocation, which has none. */
type Following = Pick<Loggable, 'canonical' | 'warnings' | 'tokens' | 'expires' | 'victim' | 'bare'>

const followingFrom = (content: Readonly<Record<string, unknown>>, issuer: string): Following => {
  const read = canonicalise(content['kind'] as string, content['subject'] as object)
  if (!read.ok) throw new Error(read.refusal.code)
  const marked = markedOf(content, issuer, nowMicros(), 'active')
  return {
    canonical: read.value.canonical,
    warnings: read.value.warnings,
    tokens: audienceTokens(marked),
    expires: marked.expires,
    victim: concernsVictim(marked),
  }
}

const bare = (issuer: string): Following => ({
  bare: true,
  canonical: {},
  warnings: [],
  tokens: [`P:${issuer}`],
  expires: null,
  victim: false,
})
