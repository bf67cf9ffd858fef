import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Signer } from '#core/signing/keys.ts'
import { loadSigner } from '#runtime/keys/signer.ts'

/** The key that signs access tokens, and its public part as @fastify/jwt takes it. */
export type AccessKey = { readonly signer: Signer; readonly publicPem: string }

export const loadAccessKey = async (file: string): Promise<AccessKey> => {
  const signer = await loadSigner(file)
  const { kty, crv, x } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
  return { signer, publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string }
}
