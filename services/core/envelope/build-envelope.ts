import {
  digestCounts,
  disclosedIn,
  type ContractVersion,
  type DisclosurePlace,
} from '../disclosures.ts'
import type { Signer } from '../signing/keys.ts'
import {
  committed,
  drawn,
  hideMembers,
  signSdJwt,
  type Concealed,
  type HiddenMembers,
  type Random,
} from '../signing/sd-jwt.ts'
import { envelopeTyp } from './envelope.ts'

type NoticeStatus = 'active' | 'revoked'

type Content = Readonly<Record<string, unknown>>

/**
 * What a gateway signs: the body as sent plus what the gateway adds. Times are seconds since the
 * epoch (RFC 7519).
 */
export type EnvelopeInput = {
  readonly issuer: string
  readonly audience: string
  readonly version: number
  readonly status: NoticeStatus
  readonly issuedAt: number
  /**
   * The body with `id` and `agency`, and from version 2 of the contract on `by`. A revocation has
   * `reason`; its other members are signed in version 1 only.
   */
  readonly content: Content
  /** The version of the contract to sign; the newest if missing. */
  readonly contract?: ContractVersion
}

/**
 * Signs one notice version. `random` gives cryptographically random bytes (salts and decoys).
 * Resolves with the envelope's text (ASCII) and its digest: SHA-256 of those bytes, hex.
 */
export const buildEnvelope = async (
  input: EnvelopeInput,
  signer: Signer,
  random: Random,
): Promise<{ envelope: string; digest: string }> => {
  const { text, digest } = await signSdJwt(envelopeTyp, conceal(input, random), signer)
  return { envelope: text, digest }
}

const conceal = (input: EnvelopeInput, random: Random): Concealed => {
  if (input.contract === 1) return concealNotice(input, 1, random)
  return committed(
    input.status === 'revoked' ? concealRevocation(input, random) : concealNotice(input, 2, random),
  )
}

const claims = ({ issuer, audience, version, content }: EnvelopeInput, schema: string) => ({
  iss: issuer,
  aud: audience,
  id: content['id'],
  version,
  schema,
  kind: content['kind'],
})

const concealNotice = (
  input: EnvelopeInput,
  contract: ContractVersion,
  random: Random,
): Concealed => {
  const c = input.content
  const { top, handling, subject } = digestCounts[contract]
  const hide = hiding(contract, drawn(random, top + handling + subject))
  const inHandling = hide('handling', c['handling'] as Content)
  const inSubject = hide('subject', c['subject'] as Content)
  const atTop = hide('top', c)
  const payload = {
    ...claims(input, `notice/${contract}`),
    subject: { ...inSubject.clear, _sd: inSubject.digests },
    offences: c['offences'],
    ...(c['observed'] !== undefined && { observed: c['observed'] }),
    status: input.status,
    iat: input.issuedAt,
    handling: { ...inHandling.clear, _sd: inHandling.digests },
    _sd: atTop.digests,
    _sd_alg: 'sha-256',
  }
  const disclosures = [...inHandling.encoded, ...inSubject.encoded, ...atTop.encoded]
  return { payload, disclosures }
}

/** A revocation holds no content, so that it can stay when the content is destroyed. */
const concealRevocation = (input: EnvelopeInput, random: Random): Concealed => {
  const { agency, by, reason } = input.content
  const hide = hiding(2, drawn(random, digestCounts[2].top))
  const { digests, encoded } = hide('top', { agency, by, reason })
  const payload = {
    ...claims(input, 'notice/2'),
    status: input.status,
    iat: input.issuedAt,
    _sd: digests,
    _sd_alg: 'sha-256',
  }
  return { payload, disclosures: encoded }
}

const hiding =
  (contract: ContractVersion, random: Random) =>
  (place: DisclosurePlace, from: Content): HiddenMembers =>
    hideMembers(from, disclosedIn[contract][place], digestCounts[contract][place], random)
