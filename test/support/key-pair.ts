import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { thumbprint, type Signer } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { createSigner } from '#runtime/keys/signer.ts'

export type KeyPair = {
  readonly privateKey: KeyObject
  readonly jwk: PublicJwk
  readonly kid: string
  readonly signer: Signer
}

export const keyPair = (): KeyPair => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk
  return {
    privateKey,
    jwk: { kty, crv, x },
    kid: thumbprint({ kty, crv, x }),
    signer: createSigner(privateKey),
  }
}
