import { verify } from 'node:crypto'
import type { Code } from '../catalogue/catalogue.ts'
import { readJws, signingInput } from './jws.ts'
import { publicKeyObject, thumbprint, type Signer } from './keys.ts'
import { accept, refuse, type Checked, type Refusal } from '../refusal.ts'
import {
  isGoodKey,
  type KeyPurpose,
  type Micros,
  type PublicJwk,
  type Registry,
} from '../registry/registry.ts'
import { readStrict } from '../json/strict-json.ts'
import { formatMicros, parseMicros } from '../time.ts'

/*
 * What a country shows when it enrols a key. Both are compact JWS (RFC 7515) with types of their
 * own, so neither passes for the other, for a notice or for a reply.
 */
export const proofTyp = 'key-proof+jwt'
export const countersignatureTyp = 'key-countersignature+jwt'

/**
 * Signed by the key itself over a nonce of the hub: whoever enrols the key holds it (threat A2).
 */
export type KeyProof = {
  readonly nonce: string
  readonly participant: string
  readonly purpose: KeyPurpose
  readonly kid: string
}

type Validity = { readonly from?: Micros; readonly to?: Micros }
/**
 * Signed by the NCB's key: the country stands behind the key, not only the person who talks to the
 * hub (threat K4).
 */
export type Countersigned = {
  readonly owner: string
  readonly kid: string
  readonly purpose: KeyPurpose
  readonly valid: Validity
}

export const signProof = (proof: KeyProof, signer: Signer): Promise<string> =>
  signed(proofTyp, proof, signer)

export const signCountersignature = (
  { valid, ...of }: Countersigned,
  signer: Signer,
): Promise<string> =>
  signed(
    countersignatureTyp,
    { ...of, valid: { from: timeOrNull(valid.from), to: timeOrNull(valid.to) } },
    signer,
  )

const timeOrNull = (at: Micros | undefined): string | null =>
  at === undefined ? null : formatMicros(at)

const signed = async (typ: string, payload: object, signer: Signer): Promise<string> => {
  const input = signingInput(typ, signer.kid, JSON.stringify(payload))
  return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`
}

/**
 * The nonce of a proof by this key for this participant and purpose. The caller checks that the hub
 * gave it out.
 */
export const checkProof = (
  proof: string,
  jwk: PublicJwk,
  { participant, purpose }: Pick<KeyProof, 'participant' | 'purpose'>,
): Checked<string> => {
  const kid = thumbprint(jwk)
  const read = openJws(proof, proofTyp, 'key/bad-proof', (signedBy) =>
    signedBy === kid ? jwk : undefined,
  )
  if (!read.ok) return read
  const { nonce, ...rest } = read.value
  if (typeof nonce !== 'string') return refuse('key/bad-proof')
  return holds(rest, { participant, purpose, kid }) ? accept(nonce) : refuse('key/other-proof')
}

/**
 * Checks that a currently valid key of this participant's NCB has signed exactly this. Undefined if
 * so.
 */
export const checkCountersignature = (
  jws: string | undefined,
  { valid, ...of }: Countersigned,
  registry: Registry,
  now: Micros,
): Refusal | undefined => {
  if (jws === undefined) return { code: 'key/no-countersignature' }
  const read = readCountersignature(jws, (kid) => {
    const key = registry.keys.get(kid)
    return key?.purpose === 'ncb' && key.owner === of.owner && isGoodKey(key, now)
      ? key.jwk
      : undefined
  })
  if (!read.ok) return read.refusal
  const { valid: signedFor, ...rest } = read.value
  return holds(rest, of) && isSame(signedFor, valid)
    ? undefined
    : { code: 'key/bad-countersignature' }
}

/** The content of a countersignature that one of these keys has signed. */
export const readCountersignature = (
  jws: string,
  keyOf: (kid: string) => PublicJwk | undefined,
): Checked<Record<string, unknown>> =>
  openJws(jws, countersignatureTyp, 'key/bad-countersignature', keyOf)

const openJws = (
  text: string,
  typ: string,
  code: Code,
  keyOf: (kid: string) => PublicJwk | undefined,
): Checked<Record<string, unknown>> => {
  const jws = readJws(text, typ, { header: code, shape: code })
  if (!jws.ok) return jws
  const jwk = keyOf(jws.value.kid)
  if (
    jwk === undefined ||
    !verify(null, Buffer.from(jws.value.input), publicKeyObject(jwk), jws.value.signature)
  )
    return refuse(code)
  const read = readStrict(jws.value.payload, { maxBytes: 4096, maxDepth: 4 })
  const isObject =
    read.ok && typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value)
  return isObject ? accept(read.value as Record<string, unknown>) : refuse(code)
}

/** Whether an object has exactly these members with these values. */
const holds = (
  payload: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, string>>,
): boolean =>
  Object.keys(payload).length === Object.keys(expected).length &&
  Object.entries(expected).every(([name, value]) => payload[name] === value)

const isSame = (signedFor: unknown, { from, to }: Validity): boolean => {
  if (typeof signedFor !== 'object' || signedFor === null || Object.keys(signedFor).length !== 2)
    return false
  const times = signedFor as Record<string, unknown>
  return isTime(times['from'], from) && isTime(times['to'], to)
}

const isTime = (text: unknown, at: Micros | undefined): boolean =>
  typeof text === 'string'
    ? parseMicros(text) === at && at !== undefined
    : text === null && at === undefined
