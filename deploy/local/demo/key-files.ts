import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { thumbprint } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'

export type KeyFile = { readonly file: string; readonly kid: string; readonly jwk: PublicJwk }

/** An Ed25519 key pair in `<folder>/<name>.jwk`, mode 0600. It is made once and found again. */
export const keyFile = async (folder: string, name: string): Promise<KeyFile> => {
  const file = resolve(folder, `${name}.jwk`)
  const text = await once(file, () =>
    JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  )
  const { kty, crv, x } = JSON.parse(text) as PublicJwk
  const jwk = { kty, crv, x }
  return { file, kid: thumbprint(jwk), jwk }
}

/**
 * 32 random bytes, base64url, in `<folder>/<name>`, mode 0600. They are made once and found again.
 */
export const secretFile = async (
  folder: string,
  name: string,
): Promise<{ file: string; text: string }> => {
  const file = resolve(folder, name)
  return { file, text: await once(file, () => randomBytes(32).toString('base64url')) }
}

const once = async (file: string, make: () => string): Promise<string> => {
  await mkdir(resolve(file, '..'), { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, make(), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFile(file, 'utf8')
}
