import { generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { createSigner, loadSigner } from '#runtime/keys/signer.ts'

await t.test(
  'a key file signs when it is private, whole and an Ed25519 JWK; otherwise the error names ' +
    'file and remedy, and no key',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'signer-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = privateKey.export({ format: 'jwk' })
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const put = async (name: string, content: string, mode: number): Promise<string> => {
      const file = join(folder, name)
      await writeFile(file, content)
      await chmod(file, mode)
      return file
    }
    const signer = await loadSigner(await put('good', JSON.stringify(jwk), 0o600))
    const bytes = Buffer.from('abc')
    t.ok(verify(null, bytes, publicKey, await signer.sign(bytes)))
    t.equal(signer.kid, thumbprint(publicKey.export({ format: 'jwk' }) as PublicJwk))
    t.equal(signer.kid, createSigner(privateKey).kid)
    await t.rejects(loadSigner(join(folder, 'none')), /switchboard admin key generate/)
    await t.rejects(loadSigner(await put('open', JSON.stringify(jwk), 0o644)), /chmod 600/)
    for (const [name, content] of [
      ['text', 'xyz'],
      ['public', JSON.stringify({ ...jwk, d: undefined })],
      ['mixed', JSON.stringify({ ...jwk, x: other.x })],
      ['curve', JSON.stringify(generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' }))],
    ] as const) {
      await t.rejects(
        loadSigner(await put(name, content, 0o600)),
        /does not hold one private Ed25519 JWK/,
        name,
      )
    }
  },
)
