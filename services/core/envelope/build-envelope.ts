import { newestSchema } from '../schema/versions.ts'
import { signingInput } from '../signing/jws.ts'
import type { Signer } from '../signing/keys.ts'
import { disclosurePlaces, disclosures } from '../disclosures.ts'
import { disclosureDigest, envelopeDigest, envelopeTyp } from './envelope.ts'

const topNames = 8
const allDigests = topNames + 2
const decoyBytes = 32

type NoticeStatus = 'active' | 'revoked'

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
  /** The body with `id` and `agency`. A revocation has `reason` in the place of `narrative`. */
  readonly content: Readonly<Record<string, unknown>>
}

type Random = (bytes: number) => Uint8Array

/**
 * Gives out each random byte once. The bytes are drawn for the whole envelope at a time, because
 * ten draws cost as much as the signature.
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
  const { payload, disclosures } = conceal(input, inParts(random(allDigests * decoyBytes)))
  const text = signingInput(envelopeTyp, signer.kid, JSON.stringify(payload))
  const signature = await signer.sign(Buffer.from(text))
  const jws = `${text}.${Buffer.from(signature).toString('base64url')}`
  const envelope = `${[jws, ...disclosures].join('~')}~`
  return { envelope, digest: envelopeDigest(envelope) }
}

const conceal = (
  input: EnvelopeInput,
  random: Random,
): { payload: object; disclosures: string[] } => {
  const c = input.content
  const encoded: string[] = []
  const conceal = (
    names: readonly string[],
    from: Readonly<Record<string, unknown>>,
    digests: number,
  ): string[] => {
    const made = names
      .filter((n) => from[n] !== undefined)
      .map((n) => disclosure(n, from[n], random))
    encoded.push(...made)
    const decoys = Array.from({ length: digests - made.length }, () =>
      Buffer.from(random(decoyBytes)).toString('base64url'),
    )
    // sorted, so that the order tells nothing (RFC 9901 §4.2.4.1)
    return [...made.map(disclosureDigest), ...decoys].sort()
  }
  const { release: _r, ...handling } = c['handling'] as Record<string, unknown>
  const { holder: _h, ...subject } = c['subject'] as Record<string, unknown>
  const inHandling = conceal(['release'], c['handling'] as Record<string, unknown>, 1)
  const inSubject = conceal(['holder'], c['subject'] as Record<string, unknown>, 1)
  const atTop = conceal(
    disclosures.filter((name) => disclosurePlaces[name] === 'top'),
    c,
    topNames,
  )
  const payload = {
    iss: input.issuer,
    aud: input.audience,
    id: c['id'],
    version: input.version,
    schema: newestSchema(),
    kind: c['kind'],
    subject: { ...subject, _sd: inSubject },
    offences: c['offences'],
    ...(c['observed'] !== undefined && { observed: c['observed'] }),
    status: input.status,
    iat: input.issuedAt,
    handling: { ...handling, _sd: inHandling },
    _sd: atTop,
    _sd_alg: 'sha-256',
  }
  return { payload, disclosures: encoded }
}

/** RFC 9901 §4.2.1: base64url of [salt, name, value], with 128 bits of salt. */
const disclosure = (name: string, value: unknown, random: Random): string =>
  Buffer.from(
    JSON.stringify([Buffer.from(random(16)).toString('base64url'), name, value]),
  ).toString('base64url')
