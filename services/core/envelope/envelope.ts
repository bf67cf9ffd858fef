import { createHash, hash } from 'node:crypto'
import type { DisclosureName } from '../disclosures.ts'
import type { EnvelopePayload } from '../generated/types.ts'
import { readJws, signingInput } from '../signing/jws.ts'
import { fromBase64url, type Signer } from '../signing/keys.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import {
  newestSchema,
  readVersioned,
  schemaVersions,
  type SchemaVersions,
} from '../schema/versions.ts'
import { readStrict } from '../json/strict-json.ts'

/*
 * The envelope of a notice version: an SD-JWT (RFC 9901) in compact form, `<JWS>~<disclosure>~…~`.
 * What may be withheld from a reader is disclosed apart and committed to by its digest, so that the
 * issuer's signature verifies over a redacted copy. There are always ten digests: 1 in `handling`
 * (release), 1 in `subject` (holder), 8 at the top.
 */
const envelopeTyp = 'notice+sd-jwt'
/** `aud` of every envelope: the hub. */
export const hubAudience = 'switchboard-hub'
const envelopeLimitBytes = 256 * 1024
const topNames = 8
const allDigests = topNames + 2
const decoyBytes = 32

export type Disclosure = {
  readonly name: DisclosureName
  readonly encoded: string
  readonly value: unknown
}
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
  /** The body, with `id` and `agency`; a revocation has `reason` in the place of `narrative`. */
  readonly content: Readonly<Record<string, unknown>>
}

/** Where each disclosure lies: its object in the payload. */
const places: Readonly<Record<string, 'handling' | 'subject' | 'top'>> = {
  release: 'handling',
  holder: 'subject',
  evaluation: 'top',
  operatorStatus: 'top',
  advice: 'top',
  narrative: 'top',
  reason: 'top',
  caseReference: 'top',
  contact: 'top',
  agency: 'top',
  language: 'top',
}

type Random = (bytes: number) => Uint8Array

/**
 * Gives each byte away once. Drawn for the whole envelope at a time: ten draws cost as much as the
 * signature.
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

export const envelopeDigest = (envelope: string | Uint8Array): string =>
  createHash('sha256').update(envelope).digest('hex')

const conceal = (
  input: EnvelopeInput,
  random: Random,
): { payload: object; disclosures: string[] } => {
  const c = input.content
  const disclosures: string[] = []
  const conceal = (
    names: readonly string[],
    from: Readonly<Record<string, unknown>>,
    digests: number,
  ): string[] => {
    const made = names
      .filter((n) => from[n] !== undefined)
      .map((n) => disclosure(n, from[n], random))
    disclosures.push(...made)
    const decoys = Array.from({ length: digests - made.length }, () =>
      Buffer.from(random(decoyBytes)).toString('base64url'),
    )
    // sorted, so that order tells nothing (RFC 9901 §4.2.4.1)
    return [...made.map(disclosureDigest), ...decoys].sort()
  }
  const { release: _r, ...handling } = c['handling'] as Record<string, unknown>
  const { holder: _h, ...subject } = c['subject'] as Record<string, unknown>
  const inHandling = conceal(['release'], c['handling'] as Record<string, unknown>, 1)
  const inSubject = conceal(['holder'], c['subject'] as Record<string, unknown>, 1)
  const atTop = conceal(
    Object.keys(places).filter((n) => places[n] === 'top'),
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
  return { payload, disclosures }
}

/** RFC 9901 §4.2.1: base64url of [salt, name, value], with 128 bits of salt. */
const disclosure = (name: string, value: unknown, random: Random): string =>
  Buffer.from(
    JSON.stringify([Buffer.from(random(16)).toString('base64url'), name, value]),
  ).toString('base64url')

const disclosureDigest = (encoded: string): string => hash('sha256', encoded, 'base64url')

/** An envelope taken apart; nothing in it is to be believed before its signature is verified. */
export type RawEnvelope = {
  readonly kid: string
  /** The JWS without disclosures. */
  readonly jws: string
  /** What was signed. */
  readonly input: string
  readonly payload: Buffer
  readonly signature: Buffer
  readonly disclosures: readonly string[]
}

/** Step 1, cheap: size, ASCII, compact form, header. */
export const splitEnvelope = (bytes: Uint8Array): Checked<RawEnvelope> => {
  if (bytes.length === 0 || bytes.length > envelopeLimitBytes)
    return refuse('envelope/not-readable')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const [jws, ...rest] = text.split('~')
  if (jws === undefined || rest.pop() !== '' || rest.length > 10)
    return refuse('envelope/not-readable')
  const read = readJws(jws, envelopeTyp, {
    header: 'envelope/bad-header',
    shape: 'envelope/not-readable',
  })
  return read.ok ? accept({ ...read.value, jws, disclosures: rest }) : read
}

/**
 * An envelope read in full. `content` is the notice body as it was submitted, less what is not
 * disclosed here.
 */
export type OpenEnvelope = {
  readonly payload: EnvelopePayload
  readonly disclosures: readonly Disclosure[]
  readonly content: Readonly<Record<string, unknown>>
}

/**
 * Step 2, after the signature: strict payload, the schema of its version, and every disclosure
 * matched to its digest exactly once.
 */
export const openEnvelope = (
  raw: Pick<RawEnvelope, 'payload' | 'disclosures'>,
  versions: SchemaVersions = schemaVersions,
): Checked<OpenEnvelope> => {
  const read = readStrict(raw.payload)
  if (!read.ok) return refuse('envelope/not-readable', read.refusal.pointer, read.refusal.code)
  const checked = readVersioned(read.value, versions)
  if (!checked.ok) return checked
  const payload = checked.value
  const disclosures = matchDisclosures(raw.disclosures, payload)
  return disclosures === undefined
    ? refuse('envelope/bad-disclosure')
    : accept({ payload, disclosures, content: contentOf(payload, disclosures) })
}

const matchDisclosures = (
  encoded: readonly string[],
  payload: EnvelopePayload,
): Disclosure[] | undefined => {
  const digests = { top: payload._sd, handling: payload.handling._sd, subject: payload.subject._sd }
  const names = new Set<string>()
  const read: Disclosure[] = []
  for (const text of encoded) {
    const made = readDisclosure(text)
    if (made === undefined || names.has(made.name)) return undefined
    const place = places[made.name]
    if (place === undefined || !digests[place].includes(disclosureDigest(text))) return undefined
    names.add(made.name)
    read.push(made)
  }
  return read
}

const readDisclosure = (encoded: string): Disclosure | undefined => {
  const bytes = fromBase64url(encoded)
  if (bytes === undefined) return undefined
  const read = readStrict(bytes)
  if (!read.ok || !Array.isArray(read.value) || read.value.length !== 3) return undefined
  const [salt, name, value] = read.value as unknown[]
  if (typeof salt !== 'string' || typeof name !== 'string' || !Object.hasOwn(places, name))
    return undefined
  return { name: name as DisclosureName, encoded, value }
}

const envelopeOnly = new Set(['iss', 'aud', 'version', 'schema', 'status', 'iat', '_sd', '_sd_alg'])

/** What is taken apart here has passed the strict reader, so no member is named `__proto__`. */
const without = (object: object, names: ReadonlySet<string>): Record<string, unknown> => {
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(object))
    if (!names.has(name)) kept[name] = (object as Record<string, unknown>)[name]
  return kept
}

const sdOnly = new Set(['_sd'])

/** Puts the disclosed members back where the body had them. */
export const contentOf = (
  payload: EnvelopePayload,
  disclosures: readonly Disclosure[],
): Record<string, unknown> => {
  const content = without(payload, envelopeOnly)
  const objects = {
    top: content,
    subject: without(payload.subject, sdOnly),
    handling: without(payload.handling, sdOnly),
  }
  for (const d of disclosures) objects[places[d.name]!][d.name] = d.value
  content['subject'] = objects.subject
  content['handling'] = objects.handling
  return content
}

/**
 * The envelope as a reader gets it: the same JWS, without the withheld disclosures. Its signature
 * still verifies.
 */
export const redactEnvelope = (
  jws: string,
  disclosures: readonly Disclosure[],
  withhold: ReadonlySet<string>,
): string =>
  `${jws}~${disclosures
    .filter((d) => !withhold.has(d.name))
    .map((d) => `${d.encoded}~`)
    .join('')}`
