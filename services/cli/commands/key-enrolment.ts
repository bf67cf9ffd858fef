import { signCountersignature, signProof } from '#core/signing/key-proof.ts'
import { readPublicKey, thumbprint, type Signer } from '#core/signing/keys.ts'
import type { KeyPurpose, PublicJwk } from '#core/registry/registry.ts'
import { parseMicros } from '#core/time.ts'
import { loadPublicJwk, loadSigner } from '#runtime/keys/signer.ts'
import { misused, refused } from '../failure.ts'
import { parseJson } from '../input/json-input.ts'
import type { Io } from '../io.ts'
import { refusalLines } from '../output/problem-text.ts'
import { askConsole, type ConsoleChange, type ConsoleOptions } from '../places/console-change.ts'

export type KeySubject = { readonly participant: string; readonly purpose: KeyPurpose }
export type KeyTimes = { readonly validFrom?: string; readonly validTo?: string }
export type KeyEnrolment = ConsoleChange &
  KeySubject &
  KeyTimes & {
    readonly key?: string
    readonly file?: string
    readonly proof?: string
    readonly countersignature?: string
    readonly countersignWith?: string
  }
export const askNonce = (
  io: Io,
  options: ConsoleOptions,
  participant: string,
): Promise<{ nonce: string }> =>
  askConsole(io, options, { path: '/v1/keys/nonce', method: 'POST', body: { participant } })

export const proofOf = (
  signer: Signer,
  of: KeySubject & { readonly nonce: string },
): Promise<string> =>
  signProof(
    { nonce: of.nonce, participant: of.participant, purpose: of.purpose, kid: signer.kid },
    signer,
  )

export const publicJwk = async (io: Io, file: string): Promise<PublicJwk> => {
  const read = readPublicKey(parseJson(await io.read(file), file))
  if (!read.ok) throw refused(refusalLines(read.refusal))
  return read.value
}

export const countersign = async (
  jwk: PublicJwk,
  { participant, purpose, validFrom, validTo }: KeySubject & KeyTimes,
  ncbKey: string,
): Promise<string> => {
  const [from, to] = [validFrom, validTo].map((time) =>
    time === undefined ? undefined : parseMicros(time),
  )
  const valid = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
  return signCountersignature(
    { owner: participant, kid: thumbprint(jwk), purpose, valid },
    await loadSigner(ncbKey),
  )
}

export const enrolment = async (
  io: Io,
  options: KeyEnrolment,
): Promise<KeySubject & { readonly jwk: PublicJwk; readonly proof: string }> => {
  const {
    participant,
    purpose,
    validFrom: from,
    validTo: to,
    key,
    file,
    proof,
    countersignature,
    countersignWith,
  } = options
  if ((key === undefined) === (file === undefined || proof === undefined))
    throw misused('give --key, or --file and --proof')
  const jwk = key === undefined ? await publicJwk(io, file!) : await loadPublicJwk(key)
  const proved =
    key === undefined
      ? await text(io, proof!)
      : await proofOf(await loadSigner(key), {
          participant,
          purpose,
          nonce: (await askNonce(io, options, participant)).nonce,
        })
  const countersigned =
    countersignature !== undefined
      ? await text(io, countersignature)
      : countersignWith !== undefined
        ? await countersign(jwk, options, countersignWith)
        : undefined
  return {
    jwk,
    participant,
    purpose,
    proof: proved,
    ...(countersigned !== undefined && { countersignature: countersigned }),
    ...((from ?? to) !== undefined && {
      valid: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    }),
  }
}

const text = async (io: Io, file: string): Promise<string> =>
  (await io.read(file)).toString().trim()
