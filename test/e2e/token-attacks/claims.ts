import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import {
  info,
  targets,
  now,
  encode,
  header,
  claims,
  token,
  headers,
  seen,
  type Json,
  type Target,
} from './world.ts'

export const badClaims = async (t: Test): Promise<void> => {
  const hmac = (
    target: Target,
    alg: 'HS256' | 'HS512',
    secret: string | Buffer,
    more: Json = {},
  ): string => {
    const input = `${encode(header(target, { alg, ...more }))}.${encode(claims(target))}`
    return `${input}.${createHmac(alg === 'HS256' ? 'sha256' : 'sha512', secret)
      .update(input)
      .digest('base64url')}`
  }

  const attacker = generateKeyPairSync('ed25519')

  const attackerJwk = attacker.publicKey.export({ format: 'jwk' })

  const confusions = (target: Target): [string, string][] => {
    const publicKey = createPublicKey(target.key)
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const secrets: [string, string | Buffer][] = [
      ['the public PEM', pem],
      ['the PEM without its last line end', pem.trimEnd()],
      ['the PEM behind a space', ` ${pem}`],
      ['the PEM behind a line end', `\n${pem}`],
      ['the PEM behind a tab', `\t${pem}`],
      ['the DER', publicKey.export({ type: 'spki', format: 'der' })],
      ['the JWK', JSON.stringify(publicKey.export({ format: 'jwk' }))],
      ['x', publicKey.export({ format: 'jwk' }).x!],
      ['the bytes of x', Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')],
      ['nothing', ''],
    ]
    return secrets.flatMap(([what, secret]) =>
      (['HS256', 'HS512'] as const).map((alg): [string, string] => [
        `${alg} with ${what} as the secret`,
        hmac(target, alg, secret),
      ]),
    )
  }

  const unsigned = (target: Target): [string, string][] =>
    ['none', 'None', 'NONE', 'nOnE', '', ' none'].flatMap((alg): [string, string][] => {
      const input = `${encode(header(target, { alg }))}.${encode(claims(target))}`
      return [
        [`alg "${alg}", no signature`, `${input}.`],
        [
          `alg "${alg}", a signature`,
          `${input}.${sign(null, Buffer.from(input), target.key).toString('base64url')}`,
        ],
      ]
    })

  /** The attacker's own key, and a header that would have it fetched or taken. */
  const injections = (target: Target): [string, string][] =>
    (
      [
        ['kid of the real key', {}],
        ['kid unknown', { kid: 'x' }],
        ['kid a path', { kid: '../../../../dev/null' }],
        ['kid SQL', { kid: "x' union select 'key" }],
        ['kid a command', { kid: '|/bin/true' }],
        ['kid a URL', { kid: 'https://attacker.example/jwks' }],
        ['kid __proto__', { kid: '__proto__' }],
        ['kid empty', { kid: '' }],
        ['kid a list', { kid: [target.kid] }],
        ['kid an object', { kid: { a: 1 } }],
        ['kid a number', { kid: 0 }],
        ['jwk', { jwk: attackerJwk }],
        ['jwk and no kid', { kid: undefined, jwk: attackerJwk }],
        ['jku', { jku: 'https://attacker.example/jwks.json' }],
        ['x5u', { x5u: 'https://attacker.example/x.pem' }],
        ['x5c', { x5c: ['MIIB'] }],
      ] as [string, Json][]
    ).map(([what, more]) => [
      `${what}, signed with another key`,
      token(target, header(target, more), claims(target), attacker.privateKey),
    ])

  const wrongClaims = (target: Target): [string, string][] =>
    (
      [
        ['expired', { exp: now() - 1 }],
        ['expires a string', { exp: String(now() + 300) }],
        ['no exp', { exp: undefined }],
        ['exp null', { exp: null }],
        ['not yet valid', { nbf: now() + 300 }],
        ['another issuer', { iss: 'https://attacker.example' }],
        ['an issuer among several', { iss: [target.claims['iss'], 'x'] }],
        ['no iss', { iss: undefined }],
        ['issuer with a slash', { iss: `${String(target.claims['iss'])}/` }],
        ['another audience', { aud: 'gateway-KH' }],
        ['no aud', { aud: undefined }],
        ['aud in capitals', { aud: String(target.claims['aud']).toUpperCase() }],
        ['aud longer', { aud: `${String(target.claims['aud'])}x` }],
        ['no sub', { sub: undefined }],
        ['no iat', { iat: undefined }],
      ] as [string, Json][]
    ).map(([what, more]) => [what, token(target, header(target), claims(target, more))])

  const broken = (target: Target): [string, string][] => {
    const good = token(target)
    const [head, body, signature] = good.split('.') as [string, string, string]
    const flipped = Buffer.from(signature, 'base64url')
    flipped[0]! ^= 1
    return [
      ['no signature', `${head}.${body}.`],
      ['two parts', `${head}.${body}`],
      ['four parts', `${good}.x`],
      ['one bit of the signature', `${head}.${body}.${flipped.toString('base64url')}`],
      ['half a signature', `${head}.${body}.${signature.slice(0, 40)}`],
      [
        'other claims under the same signature',
        `${head}.${encode(claims(target, { sub: 'other' }))}.${signature}`,
      ],
      ['claims that are no object', token(target, header(target), '"text"')],
      ['claims that are no JSON', token(target, header(target), '{')],
      ['a header that is no JSON', token(target, '{')],
      ['five parts, as if encrypted', `${good}.a.b`],
      ['garbage', 'garbage'],
      ['dots', '..'],
    ]
  }

  for (const target of targets) {
    await t.test(
      `${target.name}: every token that is not right is answered 401, alike`,
      async (t) => {
        t.equal(
          (await call(target.url, token(target))).status,
          200,
          'the token that is right passes',
        )
        const uniform = seen(await call(target.url, 'garbage'))
        t.match(uniform, { status: 401, challenge: /^Bearer/, body: { code: 'auth/bad-token' } })
        const attacks = [
          ...confusions(target),
          ...unsigned(target),
          ...headers(target),
          ...injections(target),
          ...wrongClaims(target),
          ...broken(target),
        ]
        for (const [what, attack] of attacks)
          for (const { url, init } of [{ url: target.url, init: {} }, ...target.also])
            t.strictSame(seen(await call(url, attack, init)), uniform, what)
        t.comment(`${attacks.length} attacks`)
        for (const authorization of [
          'Bearer',
          'Bearer ',
          'Basic dTpw',
          `bearer  ${token(target)}x`,
          token(target),
          `Bearer ${token(target)}, Bearer x`,
        ]) {
          t.equal(
            (await call(target.url, undefined, { headers: { authorization } })).status,
            401,
            authorization.slice(0, 20),
          )
        }
        t.ok(
          [400, 401].includes(
            (await call(`${target.url}?access_token=${token(target)}`, undefined)).status,
          ),
          'a token in the address is none',
        )
      },
    )
  }

  await t.test('a token of one service is none at another', async (t) => {
    const at: Record<string, readonly string[]> = {
      gateway: Object.values(info.gateways).map((g) => g.token),
      feeds: Object.values(info.feeds.agencies).map((a) => a.token),
      console: [
        ...Object.values(info.console.tokens),
        ...Object.values(info.ncb).map((n) => n.token),
      ],
    }
    for (const target of targets) {
      for (const [of, tokens] of Object.entries(at).filter(([name]) => name !== target.name)) {
        for (const foreign of tokens)
          t.match(
            await call(target.url, foreign),
            { status: 401, body: { code: 'auth/bad-token' } },
            `${of} at ${target.name}`,
          )
      }
      for (const other of targets.filter((o) => o !== target)) {
        t.equal(
          (await call(target.url, token(target, header(other), claims(target), other.key))).status,
          401,
          `signed by the key of ${other.name}`,
        )
        t.equal(
          (await call(target.url, token(target, header(target), claims(other)))).status,
          401,
          `claims of ${other.name}`,
        )
      }
    }
    t.equal(
      (await call(targets[0]!.url, info.gateways['KH']!.token)).status,
      401,
      "another country's token",
    )
  })
}
