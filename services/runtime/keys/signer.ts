import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { thumbprint, type Signer } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { requirePrivate } from '../files/secret-file.ts'

/**
 * Reads a private Ed25519 JWK (RFC 8037) from a file that nobody else may read. The Signer uses the
 * libuv pool: concurrent signatures run on several threads and never block the event loop. Throws
 * an error that says what to do if the file is missing, readable by others, or no such key. The
 * error holds none of the content.
 */
export const loadSigner = async (file: string): Promise<Signer> => {
  return createSigner(await readPrivateKey(file))
}

/** The public part of such a file. */
export const loadPublicJwk = async (file: string): Promise<PublicJwk> => {
  return publicJwk(await readPrivateKey(file))
}

/** A Signer of a private key held in memory. */
export const createSigner = (privateKey: KeyObject): Signer => ({
  kid: thumbprint(publicJwk(privateKey)),
  sign: (bytes) =>
    new Promise((resolve, reject) => {
      sign(null, bytes, privateKey, (error, signature) =>
        error ? reject(error) : resolve(signature),
      )
    }),
})

const readPrivateKey = async (file: string): Promise<KeyObject> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(
      `The key file ${file} cannot be read; make one with: ` +
        `switchboard admin key generate --out ${file}`,
      { cause },
    )
  })
  requirePrivate(file, 'key file')
  return readPrivateJwk(text, file)
}

const readPrivateJwk = (text: string, file: string): KeyObject => {
  try {
    const jwk = JSON.parse(text) as { kty?: unknown; crv?: unknown; x?: unknown }
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') throw new TypeError('another type of key')
    const key = createPrivateKey({ key: jwk as Record<string, string>, format: 'jwk' })
    if (publicJwk(key).x !== jwk.x) throw new TypeError('the public part is of another key')
    return key
  } catch {
    // The cause is left out, because it can repeat a part of the key.
    throw new Error(
      `The key file ${file} does not hold one private Ed25519 JWK with matching x and d`,
    )
  }
}

const publicJwk = (privateKey: KeyObject): PublicJwk => {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', x: x ?? '' }
}
