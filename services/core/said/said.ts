import { readStrict } from '../json/strict-json.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import { checkSaid } from '../schema/check.ts'
import { typOf } from '../signing/jws.ts'
import type { OpenSaid, SaidForms, SaidType } from './forms.ts'
import type { Signer } from '../signing/keys.ts'
import {
  committed,
  drawn,
  hideMembers,
  isWhole,
  readDisclosure,
  signSdJwt,
  splitSdJwt,
  type Random,
  type RawSdJwt,
  type SdJwtBounds,
} from '../signing/sd-jwt.ts'

/*
 * What a gateway says in its country's name beside notices: an SD-JWT of a type of its own, signed
 * by the key that signs its notices, with eight digests whatever it discloses. It never passes for
 * a notice, nor a notice for it.
 */
const saidTyp = 'statement+sd-jwt'

const digestCount = 8

const bounds: SdJwtBounds = {
  typ: saidTyp,
  limitBytes: 128 * 1024,
  maxDisclosures: digestCount,
  codes: { header: 'envelope/bad-header', shape: 'statement/not-readable' },
}

type Claim = 'iss' | 'aud' | 'id' | 'type' | 'iat' | 'sd_all' | '_sd' | '_sd_alg'

/** What is signed: `clear` is readable by whoever gets it, `disclosed` can be withheld. */
export type SaidInput<T extends SaidType> = {
  readonly issuer: string
  readonly audience: string
  readonly id: string
  readonly type: T
  /** Seconds since the epoch (RFC 7519). */
  readonly issuedAt: number
  readonly clear: Omit<SaidForms[T]['payload'], Claim>
  readonly disclosed: SaidForms[T]['disclosed']
}

/** Signs a statement. Resolves with its text (ASCII) and its digest. */
export const buildSaid = <T extends SaidType>(
  { issuer, audience, id, type, issuedAt, clear, disclosed }: SaidInput<T>,
  signer: Signer,
  random: Random,
): Promise<{ text: string; digest: string }> => {
  const names = Object.keys(disclosed)
  const hidden = hideMembers(disclosed, names, digestCount, drawn(random, digestCount))
  const payload = {
    iss: issuer,
    aud: audience,
    id,
    type,
    iat: issuedAt,
    ...clear,
    _sd: hidden.digests,
    _sd_alg: 'sha-256',
  }
  return signSdJwt(saidTyp, committed({ payload, disclosures: hidden.encoded }), signer)
}

/** Whether bytes claim to be a statement of this form. Only their header is read. */
export const isSaid = (bytes: Uint8Array): boolean =>
  typOf(Buffer.from(bytes.subarray(0, 1024)).toString('latin1')) === saidTyp

/** Step 1, cheap: checks the size, the compact form and the header. */
export const splitSaid = (bytes: Uint8Array): Checked<RawSdJwt> => splitSdJwt(bytes, bounds)

/**
 * Step 2, after the signature is verified: reads the payload strictly by the schema of its type,
 * and takes the whole set of disclosures that was signed, no other.
 */
export const openSaid = (raw: Pick<RawSdJwt, 'payload' | 'disclosures'>): Checked<OpenSaid> => {
  const read = readStrict(raw.payload)
  if (!read.ok) return refuse('statement/not-readable', read.refusal.pointer, read.refusal.code)
  const disclosures = raw.disclosures.map(readDisclosure)
  if (!disclosures.every((made) => made !== undefined)) return refuse('envelope/bad-disclosure')
  const disclosed = Object.fromEntries(disclosures.map(({ name, value }) => [name, value]))
  const checked = checkSaid(read.value, disclosed)
  if (!checked.ok) return checked
  const { payload } = checked.value
  const names = new Set(disclosures.map((made) => made.name))
  return names.size === disclosures.length && isWhole(raw.disclosures, payload.sd_all)
    ? accept({ ...checked.value, disclosures } as OpenSaid)
    : refuse('envelope/incomplete', '/sd_all')
}

const claims = new Set(['iss', 'aud', 'id', 'type', 'iat', 'sd_all', '_sd', '_sd_alg', 'about'])

/**
 * What a statement says to whom it is given: its own members and those that are disclosed. The hub
 * vouches for it; its signature is not verified here.
 */
export const shownOf = (statement: string): Readonly<Record<string, unknown>> => {
  const disclosures = statement.split('~').slice(1, -1)
  const made = disclosures.map(readDisclosure).filter((one) => one !== undefined)
  return Object.fromEntries(
    [
      ...Object.entries(payloadOf(statement)),
      ...made.map(({ name, value }): [string, unknown] => [name, value]),
    ].filter(([name]) => !claims.has(name)),
  )
}

/** The id under which its issuer said it. The hub vouches for it, as above. */
export const saidId = (statement: string): string => {
  const { id } = payloadOf(statement)
  if (typeof id !== 'string') throw new Error('a statement without an id, vouched for by the hub')
  return id
}

const payloadOf = (statement: string): Readonly<Record<string, unknown>> => {
  const payload = readStrict(Buffer.from(statement.split('.')[1] ?? '', 'base64url'))
  return payload.ok ? (payload.value as Record<string, unknown>) : {}
}
