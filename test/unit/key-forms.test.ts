import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { publicKeyObject, readPublicKey, thumbprint } from '#core/signing/keys.ts'
import { jwk, codeOf } from './keys-fixtures.ts'

await t.test(
  'a key is a public Ed25519 JWK of 32 bytes in canonical base64url, and nothing else',
  async (t) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const good = publicKey.export({ format: 'jwk' }) as { kty: string; crv: string; x: string }
    const rows: readonly [string, unknown, string][] = [
      ['as it is', good, 'accepted'],
      ['nothing', null, 'key/not-readable'],
      ['a text', good.x, 'key/not-readable'],
      ['a list', [good], 'key/not-readable'],
      ['empty', {}, 'key/not-readable'],
      ['a private key', privateKey.export({ format: 'jwk' }), 'key/private'],
      ['d empty', { ...good, d: '' }, 'key/private'],
      ['X25519', { ...good, crv: 'X25519' }, 'key/not-readable'],
      ['Ed448', { ...good, crv: 'Ed448' }, 'key/not-readable'],
      ['EC', { ...good, kty: 'EC' }, 'key/not-readable'],
      ['31 bytes', jwk(Buffer.from(good.x, 'base64url').subarray(1)), 'key/not-readable'],
      [
        '33 bytes',
        jwk(Buffer.concat([Buffer.from(good.x, 'base64url'), Buffer.alloc(1)])),
        'key/not-readable',
      ],
      ['no x', { kty: 'OKP', crv: 'Ed25519' }, 'key/not-readable'],
      ['x a number', { ...good, x: 1 }, 'key/not-readable'],
      ['padded', { ...good, x: `${good.x}=` }, 'key/not-readable'],
      ['a space', { ...good, x: ` ${good.x}` }, 'key/not-readable'],
      ['a line end', { ...good, x: `${good.x}\n` }, 'key/not-readable'],
      ['hex', { ...good, x: Buffer.from(good.x, 'base64url').toString('hex') }, 'key/not-readable'],
    ]
    for (const [what, key, code] of rows) t.equal(codeOf(key), code, what)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const at = alphabet.indexOf(good.x.at(-1)!)
    for (const loose of [1, 2, 3])
      t.equal(
        codeOf({ ...good, x: good.x.slice(0, -1) + alphabet[at + loose]! }),
        'key/not-readable',
        `loose bits ${loose}`,
      )
    t.strictSame(
      readPublicKey({ ...good, kid: 'x', use: 'sig', alg: 'none' }),
      { ok: true, value: good },
      'what else a JWK says is left behind',
    )
    t.equal(publicKeyObject({ kty: 'OKP', crv: 'Ed25519', x: good.x }).asymmetricKeyType, 'ed25519')
  },
)

await t.test('the thumbprint is that of RFC 8037, appendix A.3', async (t) => {
  t.equal(
    thumbprint({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }),
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  )
})
