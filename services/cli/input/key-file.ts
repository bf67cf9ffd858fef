import { generateKeyPairSync } from 'node:crypto'
import { open } from 'node:fs/promises'
import { thumbprint } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { refused } from '../failure.ts'

/**
 * Makes a key pair. The private JWK goes into a file of mode 0600, which is durable when this
 * resolves with the public JWK.
 */
export const writeNewKey = async (file: string): Promise<PublicJwk & { readonly kid: string }> => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x, d } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk & {
    d: string
  }
  const handle = await open(file, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw refused(
      cause.code === 'EEXIST'
        ? `${file} is there already; name another file`
        : `${file} cannot be written (${cause.code ?? 'unknown error'})`,
    )
  })
  try {
    await handle.writeFile(`${JSON.stringify({ kty, crv, x, d })}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { kty, crv, x, kid: thumbprint({ kty, crv, x }) }
}
