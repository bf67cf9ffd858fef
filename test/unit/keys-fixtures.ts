import { readPublicKey } from '#core/signing/keys.ts'

export const jwk = (bytes: Uint8Array | string, more: object = {}): object => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: (typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : Buffer.from(bytes)).toString(
    'base64url',
  ),
  ...more,
})

export const codeOf = (key: unknown): string => {
  const read = readPublicKey(key)
  return read.ok ? 'accepted' : read.refusal.code
}
