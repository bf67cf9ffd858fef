import { verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { disclosures, type DisclosureName } from '#core/disclosures.ts'
import {
  envelopeDigest,
  isComplete,
  openEnvelope,
  splitEnvelope,
  type OpenEnvelope,
} from '#core/envelope/envelope.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { parseMicros } from '#core/time.ts'
import type { FeedLine } from '../../output/entry-line.ts'
import type { TrustedKey } from '../../input/key-set.ts'

/**
 * The facts that an envelope proves by itself. Its times are the signed ones. `log` holds the hub's
 * log time if a proof came with the envelope.
 */
type Verified = {
  readonly verified: true
  readonly signedBy: { readonly kid: string; readonly owner?: string }
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly status: string
  readonly kind: string
  readonly signedAt: string
  readonly disclosed: readonly DisclosureName[]
  /**
   * The members that are withheld from this copy or were never sent. The number of digests does not
   * tell these cases apart.
   */
  readonly notDisclosed: readonly DisclosureName[]
  /**
   * Whether the copy discloses everything that was signed. Envelopes of version 1 of the contract
   * do not tell.
   */
  readonly complete?: boolean
  /** The digest of these bytes. It is the digest of the receipt only if no member is withheld. */
  readonly digest: string
  readonly log?: { readonly index: number; readonly time: string; readonly leaf: string }
  /** The TLP of the copy, if it differs from the signed TLP. */
  readonly markedAs?: string
}

export type Verdict =
  | Checked<Verified>
  | {
      readonly ok: false
      readonly refusal: { readonly code: 'verify/unknown-key'; readonly detail: string }
    }

/**
 * Verifies an envelope offline: the signature over the exact bytes, each disclosure against its
 * digest, the key's owner against the issuer, and the notice of `entry` against the signed content.
 */
export const verifyEnvelope = (
  envelope: Uint8Array,
  keys: ReadonlyMap<string, TrustedKey>,
  entry?: FeedLine,
): Verdict => {
  const split = splitEnvelope(envelope)
  if (!split.ok) return split
  const { kid, input, signature, jws } = split.value
  const trusted = keys.get(kid)
  if (trusted === undefined)
    return { ok: false, refusal: { code: 'verify/unknown-key', detail: kid } }
  if (!verify(null, Buffer.from(input, 'latin1'), trusted.key, signature))
    return refuse('envelope/bad-signature')
  const opened = openEnvelope(split.value)
  if (!opened.ok) return opened
  const { payload } = opened.value
  if (trusted.owner !== undefined && trusted.owner !== payload.iss)
    return refuse('envelope/wrong-signer', '/iss', `${trusted.owner} signed for ${payload.iss}`)
  const shown = entry?.notice === undefined ? undefined : differs(entry.notice, opened.value)
  if (shown !== undefined)
    return refuse('envelope/bad-disclosure', shown, 'the notice shown is not what was signed')
  return accept({
    ...describe(opened.value, kid, trusted, envelope),
    ...(entry !== undefined && { ...logOf(entry, jws), ...markingOf(entry, opened.value) }),
  })
}

const describe = (
  open: OpenEnvelope,
  kid: string,
  { owner }: TrustedKey,
  envelope: Uint8Array,
): Verified => {
  const { payload } = open
  const given = new Set(open.disclosures.map((d) => d.name))
  return {
    verified: true,
    signedBy: { kid, ...(owner !== undefined && { owner }) },
    issuer: payload.iss,
    id: payload.id,
    version: payload.version,
    status: payload.status,
    kind: payload.kind,
    signedAt: new Date(payload.iat * 1000).toISOString(),
    disclosed: disclosures.filter((name) => given.has(name)),
    notDisclosed: disclosures.filter((name) => !given.has(name)),
    ...(payload.schema === 'notice/2' && { complete: isComplete(open) }),
    digest: envelopeDigest(envelope),
  }
}

/** The members that the hub adds beside the signed content. */
const hubMembers = new Set(['issuer', 'version', 'status', 'canonical', 'warnings'])

/**
 * The pointer at which the notice of a feed entry differs from the content of its envelope. `tlp`
 * and `notToBePassedOn` are not compared, because the hub may mark a copy anew. `markedAs` shows
 * its TLP. A status is compared unless it is `expired`, which the hub says and nobody signs.
 */
const differs = (
  notice: Readonly<Record<string, unknown>>,
  { payload, content }: OpenEnvelope,
): string | undefined => {
  const claimed = { issuer: payload.iss, version: payload.version } as Record<string, unknown>
  for (const name of ['issuer', 'version']) if (notice[name] !== claimed[name]) return `/${name}`
  const { status } = notice
  if (status !== undefined && status !== 'expired' && status !== payload.status) return '/status'
  const names = new Set(
    [...Object.keys(content), ...Object.keys(notice)].filter((name) => !hubMembers.has(name)),
  )
  for (const name of names)
    if (!isDeepStrictEqual(comparable(name, notice[name]), comparable(name, content[name])))
      return `/${name}`
  return undefined
}

const comparable = (name: string, value: unknown): unknown => {
  if (name !== 'handling' || typeof value !== 'object' || value === null) return value
  const { tlp: _tlp, notToBePassedOn: _marked, ...handling } = value as Record<string, unknown>
  return handling
}

const tlpOf = (notice: Readonly<Record<string, unknown>>): unknown =>
  (notice['handling'] as { tlp?: unknown } | undefined)?.tlp

const markingOf = ({ notice }: FeedLine, { content }: OpenEnvelope): { markedAs?: string } => {
  const shown = notice && tlpOf(notice)
  return typeof shown === 'string' && shown !== tlpOf(content) ? { markedAs: shown } : {}
}

/** The leaf of this entry in the hub's log, for a check by an inclusion proof. */
const logOf = ({ proof }: FeedLine, jws: string): Pick<Verified, 'log'> => {
  const time = parseMicros(proof?.time ?? '')
  const salt = Buffer.from(proof?.salt ?? '', 'base64url')
  if (typeof proof?.index !== 'number' || time === undefined || salt.length !== 32) return {}
  return {
    log: { index: proof.index, time: proof.time!, leaf: leafHash(salt, time, jws).toString('hex') },
  }
}
