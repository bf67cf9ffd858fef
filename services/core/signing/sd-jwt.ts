import { createHash, hash } from 'node:crypto'
import type { Code } from '../catalogue/catalogue.ts'
import { readStrict } from '../json/strict-json.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import { readJws, signingInput } from './jws.ts'
import { fromBase64url, type Signer } from './keys.ts'

/*
 * SD-JWTs (RFC 9901) in compact form, `<JWS>~<disclosure>~…~`: members of the payload that can be
 * withheld are disclosed separately, and the payload holds their digests. So the signature verifies
 * over a redacted copy.
 */

/** A signed text split into its parts. Trust no part of it before its signature is verified. */
export type RawSdJwt = {
  readonly kid: string
  /** The JWS without disclosures. */
  readonly jws: string
  /** The text that was signed. */
  readonly input: string
  readonly payload: Buffer
  readonly signature: Buffer
  readonly disclosures: readonly string[]
}

export type SdJwtBounds = {
  readonly typ: string
  readonly limitBytes: number
  readonly maxDisclosures: number
  readonly codes: { readonly header: Code; readonly shape: Code }
}

/** Step 1, cheap: checks the size, the compact form and the header. */
export const splitSdJwt = (
  bytes: Uint8Array,
  { typ, limitBytes, maxDisclosures, codes }: SdJwtBounds,
): Checked<RawSdJwt> => {
  if (bytes.length === 0 || bytes.length > limitBytes) return refuse(codes.shape)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const [jws, ...rest] = text.split('~')
  if (jws === undefined || rest.pop() !== '' || rest.length > maxDisclosures)
    return refuse(codes.shape)
  const read = readJws(jws, typ, codes)
  return read.ok ? accept({ ...read.value, jws, disclosures: rest }) : read
}

/** A disclosure of any name. */
export type RawDisclosure = {
  readonly name: string
  readonly encoded: string
  readonly value: unknown
}

/** Reads one disclosure strictly: base64url of [salt, name, value] (RFC 9901 §4.2.1). */
export const readDisclosure = (encoded: string): RawDisclosure | undefined => {
  const bytes = fromBase64url(encoded)
  if (bytes === undefined) return undefined
  const read = readStrict(bytes)
  if (!read.ok || !Array.isArray(read.value) || read.value.length !== 3) return undefined
  const [salt, name, value] = read.value as unknown[]
  return typeof salt === 'string' && typeof name === 'string' ? { name, encoded, value } : undefined
}

/** The digest of a disclosure (RFC 9901 §4.2.3). */
export const disclosureDigest = (encoded: string): string => hash('sha256', encoded, 'base64url')

/** Identifies a signed text: SHA-256 of its bytes, hex. */
export const signedDigest = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex')

/**
 * The commitment to a whole set of disclosures (claim `sd_all`): SHA-256, in base64url, of the
 * disclosures sorted by their characters and joined by `~`. Without it a disclosure could be taken
 * from a signed record without a key, and with it a restriction.
 */
const commitmentTo = (sorted: readonly string[]): string =>
  hash('sha256', sorted.join('~'), 'base64url')

/**
 * Whether these are all the disclosures that were signed, in the one order that is valid: so one
 * signature has one text.
 */
export const isWhole = (disclosures: readonly string[], commitment: string): boolean =>
  disclosures.every((text, i) => i === 0 || disclosures[i - 1]! < text) &&
  commitmentTo(disclosures) === commitment

/** Gives cryptographically random bytes. */
export type Random = (bytes: number) => Uint8Array

/** A payload, and what it discloses apart. */
export type Concealed = { readonly payload: object; readonly disclosures: readonly string[] }

/** Adds the commitment. The disclosures come back in the order in which they have to follow. */
export const committed = ({ payload, disclosures }: Concealed): Concealed => {
  const sorted = disclosures.toSorted()
  return { payload: { ...payload, sd_all: commitmentTo(sorted) }, disclosures: sorted }
}

const partBytes = 32

/**
 * Gives out each random byte once. The bytes for `digests` salts and decoys are drawn at a time,
 * because many draws cost as much as a signature.
 */
export const drawn = (random: Random, digests: number): Random => {
  const bytes = random(digests * partBytes)
  let given = 0
  return (count) => {
    if (given + count > bytes.length)
      throw new RangeError('more random bytes are asked for than were drawn')
    return bytes.subarray(given, (given += count))
  }
}

export type HiddenMembers = {
  /** The members of the object that are not disclosed apart. */
  readonly clear: object
  /** Sorted, so that the order tells nothing (RFC 9901 §4.2.4.1). */
  readonly digests: readonly string[]
  readonly encoded: readonly string[]
}

/** Hides those of the named members that are there. There are `count` digests, decoys included. */
export const hideMembers = (
  from: Readonly<Record<string, unknown>>,
  names: readonly string[],
  count: number,
  random: Random,
): HiddenMembers => {
  const encoded = names
    .filter((name) => from[name] !== undefined)
    .map((name) => disclosure(name, from[name], random))
  const decoys = Array.from({ length: count - encoded.length }, () =>
    Buffer.from(random(partBytes)).toString('base64url'),
  )
  const clear = Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)))
  return { clear, digests: [...encoded.map(disclosureDigest), ...decoys].sort(), encoded }
}

/** With 128 bits of salt. */
const disclosure = (name: string, value: unknown, random: Random): string =>
  Buffer.from(
    JSON.stringify([Buffer.from(random(16)).toString('base64url'), name, value]),
  ).toString('base64url')

/** Signs a payload. Resolves with the text (ASCII) and its digest. */
export const signSdJwt = async (
  typ: string,
  { payload, disclosures }: Concealed,
  signer: Signer,
): Promise<{ text: string; digest: string }> => {
  const input = signingInput(typ, signer.kid, JSON.stringify(payload))
  const signature = await signer.sign(Buffer.from(input))
  const jws = `${input}.${Buffer.from(signature).toString('base64url')}`
  const text = `${[jws, ...disclosures].join('~')}~`
  return { text, digest: signedDigest(text) }
}

/** The same text without the disclosures that are withheld. The signature still verifies. */
export const redactSdJwt = (
  jws: string,
  disclosures: readonly RawDisclosure[],
  withhold: ReadonlySet<string>,
): string =>
  `${jws}~${disclosures
    .filter((d) => !withhold.has(d.name))
    .map((d) => `${d.encoded}~`)
    .join('')}`
