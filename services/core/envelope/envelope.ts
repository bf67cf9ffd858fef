import { disclosedIn, isDisclosure, placeOf, type DisclosureName } from '../disclosures.ts'
import { isBare, type SignedPayload } from '../schema/check.ts'
import {
  disclosureDigest,
  isWhole,
  readDisclosure,
  redactSdJwt,
  signedDigest,
  splitSdJwt,
  type RawDisclosure,
  type RawSdJwt,
  type SdJwtBounds,
} from '../signing/sd-jwt.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import { readVersioned, schemaVersions, type SchemaVersions } from '../schema/versions.ts'
import { readStrict } from '../json/strict-json.ts'

/*
 * The envelope of a notice version: an SD-JWT, so that the hub can withhold members from a reader
 * and the issuer's signature still verifies. The number of digests is always the same
 * (`digestCounts`). From version 2 of the contract on `sd_all` commits to the whole set, which the
 * hub takes only as a whole.
 */
export const envelopeTyp = 'notice+sd-jwt'
/** `aud` of every envelope: the hub. */
export const hubAudience = 'switchboard-hub'

export type Disclosure = RawDisclosure & { readonly name: DisclosureName }

export const envelopeDigest = signedDigest

/** An envelope split into its parts. Trust no part of it before its signature is verified. */
export type RawEnvelope = RawSdJwt

const bounds: SdJwtBounds = {
  typ: envelopeTyp,
  limitBytes: 256 * 1024,
  // as many as the largest version of the contract has digests
  maxDisclosures: 22,
  codes: { header: 'envelope/bad-header', shape: 'envelope/not-readable' },
}

/** Step 1, cheap: checks the size, the compact form and the header. */
export const splitEnvelope = (bytes: Uint8Array): Checked<RawEnvelope> => splitSdJwt(bytes, bounds)

/**
 * An envelope that is read completely. `content` is the notice body as it was submitted, without
 * the members that this envelope does not disclose. A revocation of version 2 has no body: its
 * content is `id`, `kind`, and what it discloses.
 */
export type OpenEnvelope = {
  readonly payload: SignedPayload
  readonly disclosures: readonly Disclosure[]
  readonly content: Readonly<Record<string, unknown>>
}

/**
 * Step 2, after the signature is verified: reads the payload strictly, checks it by the schema of
 * its version, and matches every disclosure to exactly one digest. A redacted copy passes; the hub
 * asks `isComplete`, too.
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

/**
 * Whether the envelope discloses everything that was signed. Version 1 of the contract does not
 * say, and passes.
 */
export const isComplete = ({ payload, disclosures }: OpenEnvelope): boolean =>
  payload.schema === 'notice/1' ||
  isWhole(
    disclosures.map((d) => d.encoded),
    payload.sd_all,
  )

/** What a revocation of version 2 discloses. */
const ofRevocation: ReadonlySet<DisclosureName> = new Set(['reason', 'agency', 'by'])

const disclosable = (payload: SignedPayload): ReadonlySet<DisclosureName> =>
  isBare(payload) ? ofRevocation : disclosableIn[payload.schema]

const disclosableIn = {
  'notice/1': new Set(Object.values(disclosedIn[1]).flat()),
  'notice/2': new Set(Object.values(disclosedIn[2]).flat()),
} as const

const isNamed = (made: RawDisclosure): made is Disclosure => isDisclosure(made.name)

const matchDisclosures = (
  encoded: readonly string[],
  payload: SignedPayload,
): Disclosure[] | undefined => {
  const digests = {
    top: payload._sd,
    ...(!isBare(payload) && { handling: payload.handling._sd, subject: payload.subject._sd }),
  }
  const allowed = disclosable(payload)
  const names = new Set<string>()
  const read: Disclosure[] = []
  for (const text of encoded) {
    const made = readDisclosure(text)
    if (made === undefined || names.has(made.name)) return undefined
    if (!isNamed(made) || !allowed.has(made.name)) return undefined
    if (digests[placeOf(made.name)]?.includes(disclosureDigest(text)) !== true) return undefined
    names.add(made.name)
    read.push(made)
  }
  return read
}

const envelopeOnly = new Set([
  'iss',
  'aud',
  'version',
  'schema',
  'status',
  'iat',
  '_sd',
  '_sd_alg',
  'sd_all',
])

/** Cannot meet a member named `__proto__`: the strict reader has refused it. */
const without = (object: object, names: ReadonlySet<string>): Record<string, unknown> => {
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(object))
    if (!names.has(name)) kept[name] = (object as Record<string, unknown>)[name]
  return kept
}

const sdOnly = new Set(['_sd'])

/** Rebuilds the body: each disclosed member returns to its place. */
export const contentOf = (
  payload: SignedPayload,
  disclosures: readonly Disclosure[],
): Record<string, unknown> => {
  const content = without(payload, envelopeOnly)
  const objects = {
    top: content,
    ...(!isBare(payload) && {
      subject: (content['subject'] = without(payload.subject, sdOnly)),
      handling: (content['handling'] = without(payload.handling, sdOnly)),
    }),
  }
  for (const d of disclosures) {
    const at = objects[placeOf(d.name)]
    if (at !== undefined) at[d.name] = d.value
  }
  return content
}

/** The envelope as a reader gets it: the same JWS, without the withheld disclosures. */
export const redactEnvelope = redactSdJwt
