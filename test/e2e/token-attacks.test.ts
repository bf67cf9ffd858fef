import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import t from 'tap'
import { signCountersignature, signProof } from '#core/signing/key-proof.ts'
import {
  setClientStanding,
  setParticipantStanding,
  type RegistryChange,
} from '#core/registry/change.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createSigner, loadSigner } from '#runtime/keys/signer.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { answered, call, type Answer } from '#test/support/clients.ts'
import { loadNotices } from '#test/support/load.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

const system = await runSystem(t, 'test-tokens')
const { info, keys } = system

type Json = Readonly<Record<string, unknown>>
type Target = {
  readonly name: string
  readonly url: string
  readonly kid: string
  readonly key: KeyObject
  readonly claims: Json
}

const privateKey = async ({ file }: { file: string }): Promise<KeyObject> =>
  createPrivateKey({
    key: JSON.parse(await readFile(file, 'utf8')) as Record<string, string>,
    format: 'jwk',
  })

const feedsClient = info.feeds.agencies['KH-ACD']!.clientId
/** Where tokens are taken, each with the key and claims of a good one. */
const targets: readonly Target[] = [
  {
    name: 'gateway',
    url: `${info.gateways['TH']!.url}/v1/notices`,
    kid: keys.issuer.TH.kid,
    key: await privateKey(keys.issuer.TH),
    claims: {
      iss: issuerOf('TH'),
      aud: 'gateway-TH',
      sub: 'system',
      agency: 'TH-CCIB',
      scope: 'notices:write notices:read',
    },
  },
  {
    name: 'feeds',
    url: `${info.feeds.url}/v1/feeds/all`,
    kid: keys.access.kid,
    key: await privateKey(keys.access),
    claims: {
      iss: 'switchboard-feeds',
      aud: 'feeds',
      sub: feedsClient,
      client_id: feedsClient,
      agency: 'KH-ACD',
      participant: 'KH',
      purpose: 'criminal-investigation',
      scope: 'feeds:read',
      jti: 'a',
    },
  },
  {
    name: 'console',
    url: `${info.console.url}/v1/participants`,
    kid: keys.session.kid,
    key: await privateKey(keys.session),
    claims: { iss: 'switchboard-console', aud: 'console', sub: 'someone', role: 'admin' },
  },
]

const now = (): number => Math.floor(Date.now() / 1000)
const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const header = ({ kid }: Target, more: Json = {}): Json => ({
  alg: 'EdDSA',
  typ: 'at+jwt',
  kid,
  ...more,
})
const claims = (target: Target, more: Json = {}): Json => ({
  ...target.claims,
  iat: now(),
  exp: now() + 300,
  ...more,
})
/**
 * A token signed by whoever: with the real key unless given, so that only what is changed can be
 * its fault.
 */
const token = (
  target: Target,
  head: unknown = header(target),
  body: unknown = claims(target),
  key: KeyObject = target.key,
): string => {
  const input = `${encode(head)}.${encode(body)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}
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

const headers = (target: Target): [string, string][] =>
  (
    [
      ['alg of another kind', header(target, { alg: 'RS256' })],
      ['no alg', { typ: 'at+jwt', kid: target.kid }],
      ['alg a list', header(target, { alg: ['EdDSA'] })],
      ['crit with what is not known', header(target, { crit: ['x-policy'], 'x-policy': 'deny' })],
      ['crit with exp', header(target, { crit: ['exp'], exp: 1 })],
      ['crit empty', header(target, { crit: [] })],
      ['crit no list', header(target, { crit: 'b64' })],
      ['b64 false', header(target, { crit: ['b64'], b64: false })],
      ['typ JWT', header(target, { typ: 'JWT' })],
      ['typ of an ID token', header(target, { typ: 'id+jwt' })],
      ['typ of a notice', header(target, { typ: 'notice+sd-jwt' })],
      ['typ of a reply', header(target, { typ: 'reply+jws' })],
      ['no typ', { alg: 'EdDSA', kid: target.kid }],
    ] as [string, Json][]
  ).map(([what, head]) => [what, token(target, head)])

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

const seen = ({ status, headers, body }: Answer): object => ({
  status,
  challenge: headers.get('www-authenticate'),
  type: headers.get('content-type'),
  body: { ...body, instance: undefined },
})

for (const target of targets) {
  await t.test(
    `${target.name}: every token that is not right is answered 401, alike`,
    async (t) => {
      t.equal((await call(target.url, token(target))).status, 200, 'the token that is right passes')
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
        t.strictSame(seen(await call(target.url, attack)), uniform, what)
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

const pool = createPool({
  url: info.database.url,
  max: 1,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'fatal' }),
})
t.teardown(() => pool.end())
const change = (...changes: RegistryChange[]) =>
  changeRegistry(pool, { who: 'test', why: 'test' }, changes)
const limitMs = 5000

const atConsole = (token: string, path: string, body?: object): Promise<Answer> =>
  call(
    `${info.console.url}${path}`,
    token,
    body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  )
/** As two persons of the hub do: one proposes, the other approves. */
const agreed = async (path: string, body: object): Promise<void> => {
  const proposed = await atConsole(info.console.tokens.operator, path, { why: 'a test', ...body })
  if (proposed.status !== 202) throw new Error(JSON.stringify(proposed.body))
  const approved = await atConsole(
    info.console.tokens.admin,
    `/v1/proposals/${String(proposed.body['id'])}/approve`,
    { why: 'a test' },
  )
  if (approved.status !== 200) throw new Error(JSON.stringify(approved.body))
}
const logged = async (kid: string): Promise<{ id: string; time: string }[]> =>
  (await atConsole(info.console.tokens.operator, `/v1/keys/${kid}/logged?limit=500`)).body[
    'notices'
  ] as { id: string; time: string }[]

await t.test(
  'a notice key is rotated again and again while notices flow, and none is refused; a ' +
    'compromised one is out at once',
  { timeout: 120_000 },
  async (t) => {
    const ncb = await loadSigner(keys.ncb.TH.file)
    const load = loadNotices(info, 'TH', { lanes: 3, pauseMs: 10 })
    let kid = keys.notice.TH.kid
    const used = [kid]
    for (let round = 0; round < 4; round++) {
      const next = generateKeyPairSync('ed25519').privateKey
      const { kty, crv, x, d } = next.export({ format: 'jwk' }) as {
        kty: 'OKP'
        crv: 'Ed25519'
        x: string
        d: string
      }
      const [jwk, signer] = [{ kty, crv, x }, createSigner(next)]
      await writeFile(`${keys.notice.TH.file}.next`, JSON.stringify({ ...jwk, d }), { mode: 0o600 })
      // In every other round the gateway has the key before the hub: it goes on with the one
      // before.
      if (round % 2 === 0) await rename(`${keys.notice.TH.file}.next`, keys.notice.TH.file)
      const { nonce } = (
        await atConsole(info.console.tokens.operator, '/v1/keys/nonce', { participant: 'TH' })
      ).body as { nonce: string }
      const of = { participant: 'TH', purpose: 'notice' } as const
      await agreed('/v1/keys', {
        ...of,
        jwk,
        proof: await signProof({ ...of, nonce, kid: signer.kid }, signer),
        countersignature: await signCountersignature(
          { owner: 'TH', kid: signer.kid, purpose: 'notice', valid: {} },
          ncb,
        ),
      })
      if (round % 2 === 1) await rename(`${keys.notice.TH.file}.next`, keys.notice.TH.file)
      await until(
        'notices signed with the next key',
        async () => (await logged(signer.kid)).length > 0,
        20_000,
      )
      await agreed(`/v1/keys/${kid}/revoke`, { reason: 'superseded', overlapHours: 1 })
      kid = signer.kid
      used.push(kid)
    }
    const { taken } = await load.stop()
    for (const id of taken)
      t.equal((await answered(info, 'TH', id)).body['status'], 'accepted', id, {
        diagnostic: false,
      })
    t.comment(`${taken.size} notices, ${used.length} keys`)
    const seen = (await Promise.all(used.map(logged))).flat().map((n) => n.id)
    t.same(
      [...taken].filter((id) => !seen.includes(id)),
      [],
      'each is in the list of the key that signed it',
    )
    const known = await until(
      'the gateway knows',
      async () => {
        const { body } = await call(
          `${info.gateways['TH']!.url}/v1/registry`,
          info.gateways['TH']!.token,
        )
        return (body['keys'] as { status: string }[]).filter((k) => k.status === 'superseded')
          .length === 4
          ? body
          : undefined
      },
      limitMs,
    )
    t.match(
      known['changes'],
      [{ kind: 'key', who: 'operator@demo, admin@demo', why: 'a test' }],
      'who changed what is its own, and why, is pushed to the country',
    )
    t.match(
      await (await fetch(`${info.gateways['TH']!.url}/metrics`)).text(),
      /switchboard_gateway_key_expires_seconds\{service="gateway"\} \+Inf/,
    )

    const going = loadNotices(info, 'TH', { lanes: 3, pauseMs: 10 })
    await until('it flows', () => going.ledger.taken.size > 10, 20_000)
    const revoked = await atConsole(info.ncb['TH']!.token, `/v1/keys/${kid}/revoke`, {
      reason: 'compromised',
      suspectedSince: new Date(Date.now() - 3600_000).toISOString(),
      why: 'stolen',
    })
    t.match(revoked, { status: 202, body: { state: 'unconfirmed' } }, 'its NCB alone, at once')
    const since = Date.now()
    await until(
      'what it signs is refused',
      async () =>
        (
          await pool.query(
            `select from quarantine where participant = 'TH' and code = 'envelope/key-revoked'`,
          )
        ).rowCount !== 0,
      limitMs,
    )
    t.comment(`refused ${Date.now() - since} ms after the answer`)
    await going.stop()
    const list = await logged(kid)
    t.ok(
      list.length > 0 && list.every((n) => Date.parse(n.time) < since + limitMs),
      'what was logged since it may have been stolen is listed, and nothing later than 5 s after',
    )
    await until(
      'its gateway says that the hub does not take its key',
      async () => (await call(`${info.gateways['TH']!.url}/readyz`, undefined)).status === 503,
      limitMs,
    )
    t.match(
      await (await fetch(`${info.gateways['TH']!.url}/metrics`)).text(),
      /switchboard_gateway_key_expires_seconds\{service="gateway"\} 0/,
    )
  },
)

await t.test(
  'within 5 s of its client being disabled a token that is still valid opens nothing, and the ' +
    'client gets no other',
  async (t) => {
    const { url } = targets[1]!
    const { token: held, clientId, clientSecret } = info.feeds.agencies['VN-C06']!
    t.equal((await call(url, held)).status, 200)
    await change(setClientStanding(clientId, 'suspended'))
    const refused = await until(
      'the refusal',
      async () => {
        const answer = await call(url, held)
        return answer.status === 200 ? undefined : answer
      },
      limitMs,
    )
    t.match(refused, { status: 403, body: { code: 'auth/suspended' } })
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    t.notOk(
      (await call(`${info.feeds.url}/oauth/token`, undefined, { method: 'POST', body: form })).body[
        'access_token'
      ],
      'no other token',
    )
    await change(setClientStanding(clientId, 'active'))
    await until('it may again', async () => (await call(url, held)).status === 200, limitMs)
  },
)

await t.test(
  'within 5 s of its suspension a participant’s tokens open nothing, at feeds, console and gateway',
  async (t) => {
    const { url, token: national } = info.gateways['KH']!
    await change(setParticipantStanding('KH', 'suspended'))
    await until(
      'refused at the feeds',
      async () =>
        (await call(targets[1]!.url, info.feeds.agencies['KH-ACD']!.token)).status === 403,
      limitMs,
    )
    await until(
      'refused at the console',
      async () => (await call(targets[2]!.url, info.ncb['KH']!.token)).status === 403,
      limitMs,
    )
    await until(
      'refused at its gateway',
      async () => (await call(`${url}/v1/notices`, national)).status === 403,
      limitMs,
    )
    t.equal(
      (await call(targets[1]!.url, info.feeds.agencies['JP-NPA']!.token)).status,
      200,
      'others read on',
    )
  },
)
