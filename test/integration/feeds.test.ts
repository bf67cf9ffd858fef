import { generateKeyPairSync, randomUUID, verify } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { SignJWT } from 'jose'
import t from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import feedPage from '#schemas/feed-page.json' with { type: 'json' }
import { decide } from '#core/decide/decide.ts'
import { markedOf } from '#core/decide/marked.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import {
  setAgencyStanding,
  setClient,
  setClientStanding,
  setParticipantStanding,
} from '#core/registry/change.ts'
import { parseMicros } from '#core/time.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { deliveriesOf, wasDelivered } from '#store/handing-over/ledger.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { call, type Answer, type FeedEntry } from '#test/support/clients.ts'
import {
  clientSecret,
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'

const world = await createFeedsWorld(t)
const inMemory = await world.start()
const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })
const both = [inMemory, inDatabase]
const agencies = ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1']
const tokens = Object.fromEntries(
  await Promise.all(
    ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa', 'exchange-1', 'kh-rescue'].map(
      async (c) => [c, await token(inMemory, c)] as const,
    ),
  ),
)
const tokenOf = (agency: string): string => tokens[agency.toLowerCase()]!

const { read, readAll } = feedReader(tokenOf)
const settled = (): Promise<void> => world.settled(both)
const ids = (entries: readonly { notice: { id: string } }[]): string[] =>
  entries.map((e) => e.notice.id)
const asked = (feeds: FeedsProcess, init: RequestInit = {}): Promise<Answer> =>
  call(`${feeds.url}/oauth/token`, undefined, { method: 'POST', ...init })
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

/** One notice for each row of the TLP table and more; all of TH-CCIB. */
const handlings: Record<string, unknown>[] = [
  { tlp: 'RED' },
  { tlp: 'RED', release: { agencies: ['KH-ACD'] } },
  { tlp: 'AMBER+STRICT', release: { participants: ['KH', 'VN'] } },
  { tlp: 'AMBER+STRICT', release: { agencies: ['JP-NPA'] } },
  { tlp: 'AMBER' },
  { tlp: 'AMBER', release: { participants: ['*'] } },
  { tlp: 'AMBER', release: { groups: ['MEKONG'] } },
  { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'], participants: ['JP'] } },
  { tlp: 'AMBER', release: { participants: ['KH', 'VN'], exclude: ['KH-ACD'] } },
  { tlp: 'GREEN' },
  { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } },
  { tlp: 'GREEN', release: { exclude: ['VN'] } },
  { tlp: 'CLEAR' },
  { tlp: 'CLEAR', purposes: ['victim-rescue'] },
  { tlp: 'GREEN', expires: '2020-01-01T00:00:00Z' },
]
const subjects: [string, object][] = [
  ['phone-number', { number: '+66812345678' }],
  [
    'bank-account',
    { account: '000-0-12345-6', institution: { scheme: 'bic', id: 'KASITHBK' }, country: 'TH' },
  ],
  ['wallet-address', { address: '0x098B716B8Aaf21512996dC57EB0615e2383E2f96', chain: 'evm' }],
]
const full = {
  evaluation: { source: 'B', information: '2' },
  operatorStatus: 'suspect',
  advice: 'block',
  narrative: 'ผู้ต้องสงสัย',
  caseReference: 'CIB-1',
  contact: { name: 'x' },
  language: 'th',
}
const logged: Content[] = handlings.map((handling, i) =>
  forKh({ handling, kind: subjects[i % 3]![0], subject: subjects[i % 3]![1], ...full }),
)
await world.append(logged.map((content) => ({ content })))
await settled()

await t.test(
  'a token is given for the right secret, by form or by Basic, and names the client',
  async (t) => {
    const byForm = await asked(inMemory, {
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'kh-acd',
        client_secret: clientSecret,
      }),
    })
    const byBasic = await asked(inMemory, {
      headers: basic('kh-acd', clientSecret),
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'feeds:read' }),
    })
    for (const { status, body, headers } of [byForm, byBasic]) {
      t.equal(status, 200)
      t.match(body, {
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'feeds:read',
        access_token: String,
      })
      t.equal(headers.get('cache-control'), 'no-store')
      const [header, claims] = String(body['access_token'])
        .split('.')
        .slice(0, 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object)
      t.match(header, { alg: 'EdDSA', typ: 'at+jwt', kid: String })
      t.match(claims, {
        iss: 'switchboard-feeds',
        aud: 'feeds',
        sub: 'kh-acd',
        client_id: 'kh-acd',
        agency: 'KH-ACD',
        participant: 'KH',
        purpose: 'criminal-investigation',
        scope: 'feeds:read',
        jti: String,
      })
    }
  },
)

await t.test(
  'a token request that is not right is refused by name, and tells nothing of the client',
  async (t) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: 'kh-acd',
      client_secret: clientSecret,
    }
    const rows: [string, RequestInit, number, string, string | undefined][] = [
      [
        'a wrong secret',
        { body: new URLSearchParams({ ...form, client_secret: 'x' }) },
        401,
        'auth/bad-client',
        'invalid_client',
      ],
      [
        'an unknown client',
        { body: new URLSearchParams({ ...form, client_id: 'nobody' }) },
        401,
        'auth/bad-client',
        'invalid_client',
      ],
      [
        'no client',
        { body: new URLSearchParams({ grant_type: 'client_credentials' }) },
        401,
        'auth/bad-client',
        'invalid_client',
      ],
      [
        'a wrong Basic secret',
        {
          headers: basic('kh-acd', 'x'),
          body: new URLSearchParams({ grant_type: 'client_credentials' }),
        },
        401,
        'auth/bad-client',
        'invalid_client',
      ],
      [
        'Basic that is none',
        {
          headers: { authorization: 'Basic !!!' },
          body: new URLSearchParams({ grant_type: 'client_credentials' }),
        },
        401,
        'auth/bad-client',
        'invalid_client',
      ],
      [
        'another grant',
        { body: new URLSearchParams({ ...form, grant_type: 'password' }) },
        400,
        'auth/bad-grant',
        'unsupported_grant_type',
      ],
      [
        'another scope',
        { body: new URLSearchParams({ ...form, scope: 'notices:write' }) },
        400,
        'auth/bad-grant',
        'invalid_scope',
      ],
      [
        'a parameter twice',
        { body: new URLSearchParams([...Object.entries(form), ['client_id', 'x']]) },
        400,
        'auth/bad-grant',
        'invalid_request',
      ],
      [
        'two ways at once',
        { headers: basic('kh-acd', clientSecret), body: new URLSearchParams(form) },
        400,
        'auth/bad-grant',
        'invalid_request',
      ],
      [
        'JSON',
        { headers: { 'content-type': 'application/json' }, body: '{}' },
        415,
        'body/media-type',
        undefined,
      ],
      [
        'too much',
        { body: new URLSearchParams({ ...form, x: 'x'.repeat(10_000) }) },
        413,
        'body/too-large',
        undefined,
      ],
    ]
    const answers = await Promise.all(
      rows.map(async ([name, init, status, code, error]) => {
        const answer = await asked(inMemory, init)
        t.equal(answer.status, status, name)
        t.equal(answer.body['code'], code, name)
        t.equal(answer.body['error'], error, name)
        t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8', name)
        return answer
      }),
    )
    t.strictSame(
      answers[0]!.body,
      answers[1]!.body,
      'an unknown client and a wrong secret get the same answer',
    )
    t.equal(answers[3]!.headers.get('www-authenticate'), 'Basic realm="switchboard"')
  },
)

await t.test(
  'a client may sign for its token instead of sending a secret: once for each assertion, for ' +
    'a short time, for us',
  async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const other = generateKeyPairSync('ed25519').privateKey
    await world.change(
      setClient({
        id: 'vn-signed',
        agency: 'VN-C06',
        purpose: 'criminal-investigation',
        jwks: [publicKey.export({ format: 'jwk' })],
      }),
    )
    const sign = (more: object = {}, key = privateKey): Promise<string> =>
      new SignJWT({
        iss: 'vn-signed',
        sub: 'vn-signed',
        aud: 'switchboard-feeds',
        exp: Math.floor(Date.now() / 1000) + 60,
        jti: randomUUID(),
        ...more,
      })
        .setProtectedHeader({ alg: 'EdDSA' })
        .sign(key)
    const ask = (assertion: string, more: object = {}): Promise<Answer> =>
      asked(inMemory, {
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
          ...more,
        }),
      })
    const good = await sign()
    const answer = await until('the client is known', async () => {
      const given = await ask(good)
      return given.status === 200 && given
    })
    t.equal(
      (await call(`${inMemory.url}/v1/feeds/all`, answer.body['access_token'] as string)).status,
      200,
    )
    t.equal((await ask(await sign(), { client_id: 'vn-signed' })).status, 200)
    const now = Math.floor(Date.now() / 1000)
    const rows: [string, string, object?][] = [
      ['used before', good],
      ['of another key', await sign({}, other)],
      ['expired', await sign({ exp: now - 1 })],
      ['of a long life', await sign({ exp: now + 3600 })],
      ['without an end', await sign({ exp: undefined })],
      ['without a name', await sign({ jti: undefined })],
      ['for another', await sign({ aud: 'gateway-TH' })],
      ['of another issuer', await sign({ iss: 'kh-acd' })],
      ['of another client', await sign({ sub: 'kh-acd' })],
      ['of a client with a secret', await sign({ iss: 'kh-acd', sub: 'kh-acd' })],
      ['with another client_id', await sign(), { client_id: 'kh-acd' }],
      ['of another type', await sign(), { client_assertion_type: 'x' }],
      ['text', 'x'],
      [
        'unsigned',
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await sign()).split('.')[1]!}.`,
      ],
    ]
    for (const [name, assertion, more] of rows)
      t.match(
        await ask(assertion, more),
        { status: 401, body: { code: 'auth/bad-client', error: 'invalid_client' } },
        name,
      )
  },
)

await t.test(
  'an unknown client, a wrong secret and a client without a secret are answered alike, and ' +
    'after as long',
  async (t) => {
    const took: Record<string, number[]> = { 'kh-acd': [], nobody: [], 'vn-signed': [] }
    const seen = new Set<string>()
    for (let round = 0; round < 9; round++) {
      for (const id of Object.keys(took)) {
        const started = performance.now()
        const { status, body, headers } = await asked(inMemory, {
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: id,
            client_secret: 'x',
          }),
        })
        took[id]!.push(performance.now() - started)
        seen.add(
          JSON.stringify([
            status,
            body,
            headers.get('www-authenticate'),
            headers.get('content-length'),
          ]),
        )
      }
    }
    t.equal(seen.size, 1, 'not a byte tells them apart')
    const medians = Object.values(took).map((times) => times.toSorted((a, b) => a - b)[4]!)
    // Without the work of a check an answer comes about thirty times as soon.
    t.ok(
      Math.max(...medians) < 4 * Math.min(...medians),
      `medians of ${medians.map((ms) => ms.toFixed(1)).join(', ')} ms`,
    )
  },
)

await t.test(
  'too many token requests of a client from one address are refused; those of another are not',
  async (t) => {
    const feeds = await world.start({ TOKEN_REQUESTS_PER_MINUTE: '3' })
    const request = (id: string): Promise<Answer> =>
      asked(feeds, {
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: id,
          client_secret: 'x',
        }),
      })
    for (let i = 0; i < 3; i++) t.equal((await request('kh-acd')).status, 401)
    const refused = await request('kh-acd')
    t.match(refused, { status: 429, body: { code: 'service/too-many-requests' } })
    t.ok(Number(refused.headers.get('retry-after')) > 0)
    t.equal((await request('vn-c06')).status, 401)
    await feeds.close()
  },
)

await t.test(
  'too many requests of a client are refused, and more open waits than it may have',
  async (t) => {
    const feeds = await world.start({ REQUESTS_PER_MINUTE: '5', STREAMS_PER_CLIENT: '1' })
    const { next } = await readAll(inMemory, 'KH-ACD')
    const waits = [1, 2].map(() =>
      call(`${feeds.url}/v1/feeds/all?wait=3&after=${next}`, tokenOf('KH-ACD')),
    )
    const first = await Promise.race(waits)
    t.match(
      first,
      { status: 429, body: { code: 'service/too-many-requests' } },
      'the second wait at a time',
    )
    await Promise.all(waits)
    for (let i = 0; i < 3; i++)
      t.equal((await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))).status, 200)
    const refused = await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))
    t.match(refused, { status: 429, body: { code: 'service/too-many-requests' } })
    t.ok(Number(refused.headers.get('retry-after')) > 2, 'when the minute is over')
    t.equal((await call(`${feeds.url}/v1/feeds/all`, tokenOf('VN-C06'))).status, 200)
    await feeds.close()
  },
)

await t.test('what is no token of ours is 401', async (t) => {
  const good = tokenOf('KH-ACD')
  const [header, claims, signature] = good.split('.') as [string, string, string]
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
  const rows: [string, string | undefined, string][] = [
    ['none', undefined, 'auth/no-token'],
    ['empty', '', 'auth/bad-token'],
    ['text', 'x.y.z', 'auth/bad-token'],
    ['no signature', `${header}.${claims}.`, 'auth/bad-token'],
    ['alg none', `${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`, 'auth/bad-token'],
    [
      'alg HS256',
      `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`,
      'auth/bad-token',
    ],
    [
      'other claims',
      `${header}.${encode({ ...decoded, agency: 'VN-C06' })}.${signature}`,
      'auth/bad-token',
    ],
    [
      'a bit of the signature',
      `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      'auth/bad-token',
    ],
  ]
  for (const [name, bearer, code] of rows)
    t.match(
      await call(`${inMemory.url}/v1/feeds/all`, bearer),
      { status: 401, body: { code } },
      name,
    )
})

await t.test(
  'every agency is given what decide allows, with the same pages from memory and from the database',
  async (t) => {
    const registry = await loadRegistry(world.pool)
    for (const agency of agencies) {
      const participant = registry.agencies.get(agency)!.participant
      const expected = logged.filter(
        (content) =>
          decide(
            { participant, agency, purpose: 'criminal-investigation' },
            markedOf(content, 'TH', nowMicros(), 'active'),
            registry,
            nowMicros(),
          ).content,
      )
      for (const topic of ['all', 'phone-number', 'bank-account', 'wallet-address']) {
        const wanted = expected
          .filter((c) => topic === 'all' || c['kind'] === topic)
          .map((c) => c.id)
        const [memory, database] = await Promise.all(
          both.map((feeds) => readAll(feeds, agency, {}, topic)),
        )
        t.strictSame(ids(memory!.entries), wanted, `${agency} ${topic}`)
        t.strictSame(database, memory, `${agency} ${topic}: cursors and bytes too`)
        for (const limit of topic === 'all' ? ['1', '2', '500'] : ['2'])
          t.strictSame(
            await readAll(inDatabase, agency, { limit }, topic),
            memory,
            `${agency} ${topic} by ${limit}`,
          )
      }
    }
  },
)

await t.test('a page holds to its schema', async (t) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  for (const name of [
    'notice',
    'kinds',
    'kinds/phone-number',
    'kinds/bank-account',
    'kinds/wallet-address',
    'kinds/payment-proxy',
    'kinds/url',
    'kinds/social-account',
    'kinds/compound',
  ]) {
    const schema = (await import(`#schemas/${name}.json`, { with: { type: 'json' } }).catch(
      () => undefined,
    )) as { default: object } | undefined
    if (schema !== undefined) ajv.addSchema(schema.default)
  }
  const check = ajv.compile(feedPage)
  for (const agency of agencies)
    t.ok(check(await read(inMemory, agency)), `${agency}: ${ajv.errorsText(check.errors)}`)
})

await t.test(
  "a copy holds what its reader may see, and the originator's signature verifies over it",
  async (t) => {
    const entryOf = async (agency: string, content: Content): Promise<FeedEntry> =>
      (await readAll(inMemory, agency)).entries.find((e) => e.notice.id === content.id)!
    const isSigned = ({ envelope }: FeedEntry): boolean => {
      const [header, payload, signature] = envelope!.split('~')[0]!.split('.')
      return verify(
        null,
        Buffer.from(`${header}.${payload}`),
        world.publicKey,
        Buffer.from(signature!, 'base64url'),
      )
    }
    const shared = logged[7]!
    const partner = await entryOf('EXCHANGE-1', shared)
    t.ok(isSigned(partner))
    t.equal(partner.proof, null, 'no index for a corporate partner')
    t.equal(
      (partner.notice['handling'] as { tlp: string }).tlp,
      'AMBER+STRICT',
      'the copy is marked',
    )
    t.equal(
      JSON.parse(Buffer.from(partner.envelope!.split('.')[1]!, 'base64url').toString()).handling
        .tlp,
      'AMBER',
      'the envelope keeps what was signed',
    )
    t.strictSame(Object.keys(partner.notice).sort(), [
      'advice',
      'canonical',
      'handling',
      'id',
      'issuer',
      'kind',
      'offences',
      'status',
      'subject',
      'version',
      'warnings',
    ])
    t.strictSame(partner.envelope!.split('~').length, 3, 'one disclosure: the advice')

    const foreign = await entryOf('JP-NPA', shared)
    for (const name of ['caseReference', 'contact'])
      t.notOk(name in foreign.notice, `${name} needs the right \`case\``)
    t.notOk(
      'release' in (foreign.notice['handling'] as object),
      'the release list is for the originator',
    )
    t.match(foreign.notice, {
      narrative: full.narrative,
      operatorStatus: 'suspect',
      agency: 'TH-CCIB',
      evaluation: full.evaluation,
      canonical: { key: String },
      issuer: 'TH',
      version: 1,
      status: 'active',
    })
    const own = await entryOf('TH-CCIB', shared)
    t.match(own.notice, {
      handling: shared['handling'] as object,
      caseReference: 'CIB-1',
      contact: { name: 'x' },
    })
    for (const entry of [foreign, own]) {
      t.ok(isSigned(entry))
      const { index, salt, time } = entry.proof!
      const { rows } = await world.pool.query<{ leaf: Buffer }>(
        'select leaf from entry where index = $1',
        [index],
      )
      t.strictSame(
        leafHash(
          Buffer.from(salt, 'base64url'),
          parseMicros(time)!,
          entry.envelope!.split('~')[0]!,
        ),
        rows[0]!.leaf,
        'the leaf is computed from the copy',
      )
    }
  },
)

await t.test('a cursor that is not of this reader, topic or hub is 400', async (t) => {
  const own = (await read(inMemory, 'KH-ACD', { limit: '1' })).next
  const rows: [string, string, string, string][] = [
    ['another agency', 'VN-C06', 'all', own],
    ['another topic', 'KH-ACD', 'phone-number', own],
    ['another purpose', 'KH-RESCUE', 'all', own],
    ['text', 'KH-ACD', 'all', 'xyz'],
    ['a number', 'KH-ACD', 'all', '12'],
    ['a changed one', 'KH-ACD', 'all', `${own.startsWith('A') ? 'B' : 'A'}${own.slice(1)}`],
  ]
  for (const [name, agency, topic, after] of rows) {
    for (const accept of ['application/json', 'text/event-stream']) {
      const answer = await call(
        `${inMemory.url}/v1/feeds/${topic}?after=${after}`,
        tokenOf(agency),
        { headers: { accept } },
      )
      t.match(answer, { status: 400, body: { code: 'request/bad-cursor' } }, `${name}, ${accept}`)
    }
  }
  for (const query of [
    'limit=0',
    'limit=501',
    'wait=61',
    'wait=x',
    'unknown=1',
    'limit=1&limit=2',
  ]) {
    t.match(
      await call(`${inMemory.url}/v1/feeds/all?${query}`, tokenOf('KH-ACD')),
      { status: 400, body: { code: 'request/bad-parameter' } },
      query,
    )
  }
  for (const topic of ['hits2', 'phone', '%2e%2e'])
    t.equal((await call(`${inMemory.url}/v1/feeds/${topic}`, tokenOf('KH-ACD'))).status, 404, topic)
})

await t.test('NDJSON has a line for each entry and a last one with `next` and `end`', async (t) => {
  const page = await read(inMemory, 'VN-C06', { limit: '3' })
  const answer = await fetch(`${inMemory.url}/v1/feeds/all?limit=3`, {
    headers: { authorization: `Bearer ${tokenOf('VN-C06')}`, accept: 'application/x-ndjson' },
  })
  t.match(answer.headers.get('content-type'), /^application\/x-ndjson/)
  const lines = (await answer.text()).split('\n')
  t.equal(lines.pop(), '', 'ends with a line feed')
  t.strictSame(
    lines.map((line) => JSON.parse(line) as object),
    [...page.entries, { next: page.next, end: page.end }],
  )
})

await t.test(
  'a long poll is answered as soon as something visible comes, and empty when its time is over',
  async (t) => {
    for (const feeds of both) {
      const { next } = await readAll(feeds, 'KH-ACD')
      const started = performance.now()
      const empty = await read(feeds, 'KH-ACD', { after: next, wait: '1' })
      t.match(empty, { entries: [], end: true })
      t.ok(performance.now() - started > 900)
      const waiting = read(feeds, 'KH-ACD', { after: empty.next, wait: '30' })
      await delay(50)
      await world.append([{ content: forKh({ handling: { tlp: 'RED' } }) }])
      const visible = forKh()
      await world.append([{ content: visible }])
      t.strictSame(
        ids((await waiting).entries),
        [visible.id],
        'what is not for it does not end the wait',
      )
      await settled()
    }
  },
)

await t.test(
  'a notice by its id: the newest version that may be seen, and 404 alike for what is absent ' +
    'and what is not',
  async (t) => {
    const content = forKh({ narrative: 'one' })
    await world.append([{ content }, { content: { ...content, narrative: 'two' }, version: 2 }])
    const get = (agency: string, id: string, query = ''): Promise<Answer> =>
      call(`${inMemory.url}/v1/notices/${id}${query}`, tokenOf(agency))
    t.match(await get('KH-ACD', content.id), {
      status: 200,
      body: {
        notice: { id: content.id, version: 2, narrative: 'two' },
        envelope: String,
        proof: { index: Number },
      },
    })
    t.equal((await get('KH-ACD', content.id.toUpperCase())).status, 200)
    const bodies = await Promise.all([
      get('VN-C06', content.id),
      get('VN-C06', randomUUID()),
      get('KH-ACD', content.id, '?issuer=VN'),
      get('KH-ACD', content.id, '?issuer=x'),
    ])
    for (const answer of bodies) {
      t.equal(answer.status, 404)
      t.strictSame(answer.body, bodies[0].body)
    }
    t.equal((await get('KH-ACD', 'x')).status, 400)
    await world.append([
      { content: { ...content, agency: 'VN-C06' }, issuer: 'VN' },
      { content: { ...content, agency: 'JP-NPA', handling: { tlp: 'RED' } }, issuer: 'JP' },
    ])
    t.match(
      await get('KH-ACD', content.id),
      { status: 409, body: { code: 'notice/several-issuers', detail: 'TH, VN' } },
      'only issuers it may see are named',
    )
    t.match(await get('KH-ACD', content.id, '?issuer=VN'), {
      status: 200,
      body: { notice: { issuer: 'VN', version: 1 } },
    })
    t.match(await get('VN-C06', content.id), { status: 200, body: { notice: { issuer: 'VN' } } })
  },
)

await t.test(
  'a suspended client, agency or participant is 403 within 5 s, and back as soon',
  async (t) => {
    const changes = [
      ['client', setClientStanding('jp-npa', 'suspended'), setClientStanding('jp-npa', 'active')],
      ['agency', setAgencyStanding('JP-NPA', 'suspended'), setAgencyStanding('JP-NPA', 'active')],
      [
        'participant',
        setParticipantStanding('JP', 'suspended'),
        setParticipantStanding('JP', 'active'),
      ],
    ] as const
    const status = async (): Promise<number> =>
      (await call(`${inMemory.url}/v1/feeds/all`, tokenOf('JP-NPA'))).status
    for (const [what, suspend, resume] of changes) {
      await world.change(suspend)
      await until(`${what} is suspended`, async () => (await status()) === 403, 5000)
      const refused = await asked(inMemory, {
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'jp-npa',
          client_secret: clientSecret,
        }),
      })
      t.match(
        refused,
        { status: 403, body: { code: 'auth/suspended', error: 'unauthorized_client' } },
        what,
      )
      t.match(await call(`${inMemory.url}/v1/feeds/all`, tokenOf('JP-NPA')), {
        body: { code: 'auth/suspended' },
      })
      await world.change(resume)
      await until(`${what} is back`, async () => (await status()) === 200, 5000)
    }
  },
)

await t.test(
  'a token is no longer good when its client has another agency or purpose',
  async (t) => {
    const client = (await loadRegistry(world.pool)).clients.get('kh-rescue')!
    t.equal((await call(`${inMemory.url}/v1/feeds/all`, tokenOf('KH-RESCUE'))).status, 200)
    await world.change(setClient({ ...client, purpose: 'crime-prevention' }))
    await until(
      'the token is refused',
      async () => (await call(`${inMemory.url}/v1/feeds/all`, tokenOf('KH-RESCUE'))).status === 401,
      5000,
    )
  },
)

await t.test(
  'the ledger offers a range before anything of it is sent, and then says what was',
  async (t) => {
    const content = forKh()
    const [answer] = await world.append([{ content }])
    await settled()
    const [entry] = (await readAll(inMemory, 'KH-ACD')).entries.slice(-1)
    t.equal(entry!.notice.id, content.id)
    const handed = await until('the hand-over is written', async () => {
      const found = await deliveriesOf(world.pool, answer!.index!)
      return found.length > 0 && found
    })
    t.match(handed[0], {
      participant: 'KH',
      agency: 'KH-ACD',
      purpose: 'criminal-investigation',
      client: 'kh-acd',
      channel: 'page',
      topic: 'all',
      told: 'content',
    })
    t.ok(handed[0]!.offeredAt <= handed[0]!.at)
    t.ok(
      (await wasDelivered(world.pool, 'KH-ACD', answer!.index!, answer!.index!)).has(
        answer!.index!,
      ),
    )
    t.equal(
      (await wasDelivered(world.pool, 'VN-C06', answer!.index!, answer!.index!)).size,
      0,
      'and to nobody else',
    )
    const { rows } = await world.pool.query<{ n: number }>(
      `select count(*) as n from delivery d join offer o on o.id = d.offer
        where d.first_index < o.from_index - 7 or d.last_index > o.to_index or d.at < o.at`,
    )
    t.equal(rows[0]!.n, 0, 'nothing was handed over beyond an offer')
  },
)

await t.test(
  'what cannot be written to the ledger now is written as soon as it can be, and readers do ' +
    'not notice',
  async (t) => {
    const content = forKh()
    const [answer] = await world.append([{ content }])
    await settled()
    await world.pool.query(
      'create trigger away before insert on delivery for each ' +
        'statement execute function refuse_change()',
    )
    t.ok((await readAll(inMemory, 'KH-ACD')).entries.some((e) => e.notice.id === content.id))
    await delay(200)
    t.equal((await wasDelivered(world.pool, 'KH-ACD', answer!.index!, answer!.index!)).size, 0)
    await world.pool.query('drop trigger away on delivery')
    await until(
      'the hand-over is written',
      async () => (await wasDelivered(world.pool, 'KH-ACD', answer!.index!, answer!.index!)).size,
    )
  },
)

await t.test('nothing is handed over that cannot be offered in the ledger', async (t) => {
  const feeds = await world.start()
  await world.pool.query(
    'create trigger away before insert on offer for each ' +
      'statement execute function refuse_change()',
  )
  const answer = await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))
  await world.pool.query('drop trigger away on offer')
  t.equal(answer.status, 500)
  t.equal((await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))).status, 200)
  await feeds.close()
})

await t.test('a process that drains answers who waits, and has its ledger written', async (t) => {
  const feeds = await world.start({ LEDGER_FLUSH_MS: '10000' })
  const { next } = await readAll(feeds, 'VN-C06')
  const waiting = call(`${feeds.url}/v1/feeds/all?wait=30&after=${next}`, tokenOf('VN-C06'))
  await until(
    'it waits',
    async () =>
      (await feeds.metrics.registry.getSingleMetric('switchboard_readers')!.get()).values[0]
        ?.value === 1,
  )
  const started = performance.now()
  await feeds.close()
  t.match(await waiting, { status: 200, body: { entries: [], end: true } })
  t.ok(performance.now() - started < 5000)
  const { rows } = await world.pool.query<{ n: number }>(
    `select count(*) as n from delivery where agency = 'VN-C06'`,
  )
  t.ok(rows[0]!.n > 0)
})

await t.test(
  "health, readiness, metrics and the interface's description need no token",
  async (t) => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])
      t.equal((await fetch(`${inMemory.url}${path}`)).status, 200, path)
    const metrics = await fetch(`${inMemory.url}/metrics`).then((r) => r.text())
    for (const name of [
      'switchboard_handed_over_total',
      'switchboard_decisions',
      'switchboard_tail_entries',
      'switchboard_readers',
      'switchboard_tokens_total',
    ])
      t.match(metrics, new RegExp(`^${name}`, 'm'), name)
    const { body } = await call(`${inMemory.url}/openapi.json`, undefined)
    t.match(Object.keys(body['paths'] as object).sort(), [
      '/oauth/token',
      '/v1/consent-requests',
      '/v1/consent-requests/{id}',
      '/v1/consent-requests/{id}/answer',
      '/v1/feeds/{topic}',
      '/v1/notices/{id}',
      '/v1/notices/{id}/acknowledge-conditions',
      '/v1/notices/{id}/consent-requests',
      '/v1/submissions',
      '/v1/submissions/{id}',
      '/v1/submissions/{id}/decide',
    ])
  },
)

t.end()
