import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fromBase64url, type Signer } from '#core/signing/keys.ts'
import { requirePrivate } from '#runtime/files/secret-file.ts'
import { loadSigner } from '#runtime/keys/signer.ts'

/** The key that signs access tokens, and its public part as @fastify/jwt takes it. */
export type AccessKey = { readonly signer: Signer; readonly publicPem: string }

export const loadAccessKey = async (file: string): Promise<AccessKey> => {
  const signer = await loadSigner(file)
  const { kty, crv, x } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
  return { signer, publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string }
}

/** Reads the cursor key: 32 bytes or more, base64url, in a file that nobody else may read. */
export const loadCursorKey = async (file: string): Promise<Buffer> => {
  requirePrivate(file, 'key file')
  const key = fromBase64url((await readFile(file, 'utf8')).trim())
  if (key === undefined || key.length < 32) {
    throw new Error(
      `The key file ${file} does not hold 32 bytes as base64url; make one with: openssl ` +
        `rand 32 | basenc --base64url -w0 | tr -d = > ${file} && chmod 600 ${file}`,
    )
  }
  return key
}
