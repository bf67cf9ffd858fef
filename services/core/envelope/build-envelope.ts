import {
  digestCounts,
  disclosedIn,
  type ContractVersion,
  type DisclosurePlace,
} from '../disclosures.ts'
import { signingInput } from '../signing/jws.ts'
import type { Signer } from '../signing/keys.ts'
import { commitmentTo } from './commitment.ts'
import { disclosureDigest, envelopeDigest, envelopeTyp } from './envelope.ts'

const partBytes = 32

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

type Random = (bytes: number) => Uint8Array

/**
 * Gives out each random byte once. The bytes are drawn for the whole envelope at a time, because
 * many draws cost as much as the signature.
 */
const inParts = (bytes: Uint8Array): Random => {
  let given = 0
  return (count) => {
    if (given + count > bytes.length)
      throw new RangeError('more random bytes are asked for than were drawn')
    return bytes.subarray(given, (given += count))
  }
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
  const { payload, disclosures } = conceal(input, random)
  const text = signingInput(envelopeTyp, signer.kid, JSON.stringify(payload))
  const signature = await signer.sign(Buffer.from(text))
  const jws = `${text}.${Buffer.from(signature).toString('base64url')}`
  const envelope = `${[jws, ...disclosures].join('~')}~`
  return { envelope, digest: envelopeDigest(envelope) }
}

type Concealed = { readonly payload: object; readonly disclosures: readonly string[] }

const conceal = (input: EnvelopeInput, random: Random): Concealed => {
  if (input.contract === 1) return concealNotice(input, 1, random)
  const { payload, disclosures } =
    input.status === 'revoked' ? concealRevocation(input, random) : concealNotice(input, 2, random)
  // sorted, as intake demands it, so that one signature has one text
  const sorted = disclosures.toSorted()
  return { payload: { ...payload, sd_all: commitmentTo(sorted) }, disclosures: sorted }
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
  const hide = hiding(contract, inParts(random((top + handling + subject) * partBytes)))
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
  const hide = hiding(2, inParts(random(digestCounts[2].top * partBytes)))
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

type Hidden = {
  /** The members of the object that are not disclosed apart. */
  readonly clear: object
  /** Sorted, so that the order tells nothing (RFC 9901 §4.2.4.1). */
  readonly digests: readonly string[]
  readonly encoded: readonly string[]
}

const hiding =
  (contract: ContractVersion, random: Random) =>
  (place: DisclosurePlace, from: Content): Hidden => {
    const names = disclosedIn[contract][place]
    const encoded = names
      .filter((name) => from[name] !== undefined)
      .map((name) => disclosure(name, from[name], random))
    const decoys = Array.from({ length: digestCounts[contract][place] - encoded.length }, () =>
      Buffer.from(random(partBytes)).toString('base64url'),
    )
    const clear = Object.fromEntries(
      Object.entries(from).filter(([name]) => !names.some((hidden) => hidden === name)),
    )
    return { clear, digests: [...encoded.map(disclosureDigest), ...decoys].sort(), encoded }
  }

/** RFC 9901 §4.2.1: base64url of [salt, name, value], with 128 bits of salt. */
const disclosure = (name: string, value: unknown, random: Random): string =>
  Buffer.from(
    JSON.stringify([Buffer.from(random(16)).toString('base64url'), name, value]),
  ).toString('base64url')
