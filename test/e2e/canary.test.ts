import { randomBytes, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { admitAgency } from '#core/registry/change.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { answered, arrived, call, post } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'

const system = await runSystem(t, 'test-canary', { env: { LOG_LEVEL: 'debug' } })
const { info, keys } = system
const ports = JSON.parse(
  await readFile(resolve(system.supervisor.folder, 'ports.json'), 'utf8'),
) as Record<string, number>

type Field = 'subject' | 'narrative' | 'holder' | 'caseReference' | 'contact' | 'conditions'
type Readers = Readonly<Record<string, 'all' | 'most' | 'clear'>>
type Planted = {
  readonly title: string
  readonly issuer: string
  readonly id: string
  readonly body: object
  readonly tokens: Partial<Record<Field, string>>
  readonly readers: Readers
}

/**
 * What a reader may hold of a notice: `most` is without case reference and contact, `clear` what is
 * not disclosed apart.
 */
const fieldsOf: Readonly<Record<'all' | 'most' | 'clear', readonly Field[]>> = {
  all: ['subject', 'narrative', 'holder', 'caseReference', 'contact', 'conditions'],
  most: ['subject', 'narrative', 'holder', 'conditions'],
  clear: ['subject', 'conditions'],
}
const own = { 'TH-CCIB': 'all' } as const

/**
 * Written by hand from the table of the design, never from `decide`: who may hold what, by marking.
 */
const table: readonly [title: string, handling: object, readers: Readers][] = [
  ['RED to an agency', { tlp: 'RED', release: { agencies: ['KH-ACD'] } }, { 'KH-ACD': 'all' }],
  ['RED to nobody', { tlp: 'RED' }, {}],
  [
    'AMBER+STRICT to a country',
    { tlp: 'AMBER+STRICT', release: { participants: ['VN'] } },
    { 'VN-C06': 'most' },
  ],
  [
    'AMBER+STRICT to a country whose agency lacks the right',
    { tlp: 'AMBER+STRICT', release: { participants: ['JP'] } },
    {},
  ],
  ['AMBER to nobody', { tlp: 'AMBER' }, {}],
  ['AMBER to a country', { tlp: 'AMBER', release: { participants: ['KH'] } }, { 'KH-ACD': 'most' }],
  [
    'AMBER to every member',
    { tlp: 'AMBER', release: { participants: ['*'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most' },
  ],
  [
    'AMBER to a group but one',
    { tlp: 'AMBER', release: { groups: ['MEKONG'], exclude: ['VN'] } },
    { 'KH-ACD': 'most' },
  ],
  [
    'AMBER to an agency of a dialogue partner',
    { tlp: 'AMBER', release: { agencies: ['JP-NPA'] } },
    { 'JP-NPA': 'all' },
  ],
  [
    'AMBER to a corporate partner',
    { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } },
    { 'EXCHANGE-1': 'clear' },
  ],
  [
    'AMBER for a purpose no client has',
    { tlp: 'AMBER', purposes: ['victim-rescue'], release: { participants: ['KH', 'VN'] } },
    {},
  ],
  ['GREEN', { tlp: 'GREEN' }, { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most' }],
  [
    'GREEN but one',
    { tlp: 'GREEN', release: { exclude: ['KH'] } },
    { 'VN-C06': 'most', 'JP-NPA': 'most' },
  ],
  [
    'GREEN and a corporate partner',
    { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most', 'EXCHANGE-1': 'clear' },
  ],
  [
    'CLEAR',
    { tlp: 'CLEAR' },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most', 'EXCHANGE-1': 'clear' },
  ],
  [
    'CLEAR but one',
    { tlp: 'CLEAR', release: { exclude: ['JP-NPA'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'EXCHANGE-1': 'clear' },
  ],
]

const canary = (): string => `cnry${randomBytes(12).toString('hex')}`
const plant = (
  title: string,
  issuer: string,
  handling: object,
  readers: Readers,
  kind: 'wallet' | 'account',
): Planted => {
  const id = randomUUID()
  const tokens = {
    narrative: canary(),
    caseReference: canary(),
    contact: canary(),
    ...(kind === 'wallet' ? { subject: randomBytes(20).toString('hex') } : { holder: canary() }),
  } as Planted['tokens']
  const subject =
    kind === 'wallet'
      ? {
          kind: 'wallet-address',
          subject: { address: `0x${tokens.subject}`, chain: 'evm' },
          offences: ['investment-scam'],
        }
      : {
          kind: 'bank-account',
          subject: {
            account: '000-0-12345-6',
            institution: { scheme: 'bic', id: 'KASITHBK' },
            country: 'TH',
            holder: tokens.holder,
          },
          offences: ['money-mule'],
        }
  return {
    title: `${title}, ${kind}`,
    issuer,
    id,
    tokens,
    readers,
    body: {
      id,
      ...subject,
      handling,
      narrative: tokens.narrative,
      caseReference: tokens.caseReference,
      contact: { name: tokens.contact },
    },
  }
}

const planted: readonly Planted[] = [
  ...table.flatMap(([title, handling, readers]) =>
    (['wallet', 'account'] as const).map((kind) =>
      plant(title, 'TH', handling, { ...readers, ...own }, kind),
    ),
  ),
  plant(
    'of another country, to TH',
    'KH',
    { tlp: 'AMBER', release: { participants: ['TH'] } },
    { 'KH-ACD': 'all', 'TH-CCIB': 'all' },
    'wallet',
  ), // TH-CCIB has the right `case`
  plant('of another country, to nobody', 'VN', { tlp: 'AMBER' }, { 'VN-C06': 'all' }, 'wallet'),
]
// Conditions are shown before they are acknowledged; the rest of the content is not, and the
// subject is of the content.
const h3 = ((): Planted => {
  const made = plant('GREEN with conditions', 'TH', {}, { ...own }, 'wallet')
  return {
    ...made,
    body: { ...made.body, handling: { tlp: 'GREEN', codes: ['H3'], conditions: 'Call us first.' } },
  }
})()
const notices = [...planted, h3]
for (const { issuer, body, title } of notices) {
  const answer = await post(info, issuer, body)
  if (answer.status !== 202) throw new Error(`${title}: ${JSON.stringify(answer.body)}`)
}
for (const { issuer, id } of notices) await answered(info, issuer, id, 30_000)
const last = planted.findLast((p) => p.readers['KH-ACD'] !== undefined && p.issuer === 'TH')!
await arrived(info, 'KH-ACD', last.id)

/** Also what is hidden in base64url, twice over, at any alignment a segment can have. */
const laidOpen = (text: string, depth = 2): string =>
  depth === 0
    ? text
    : [
        text,
        ...[...text.matchAll(/[\w-]{24,}/g)].map(([run]) =>
          laidOpen(Buffer.from(run, 'base64url').toString('latin1'), depth - 1),
        ),
      ].join('\n')

const held = (text: string): Map<string, Set<Field>> => {
  const open = laidOpen(text).toLowerCase()
  const found = new Map<string, Set<Field>>()
  for (const { title, tokens } of notices) {
    for (const [field, token] of Object.entries(tokens) as [Field, string][])
      if (open.includes(token)) found.set(title, (found.get(title) ?? new Set<Field>()).add(field))
  }
  return found
}
const shown = (found: ReadonlyMap<string, ReadonlySet<Field>>): string[] =>
  [...found].map(([title, fields]) => `${title}: ${[...fields].sort().join(', ')}`).sort()
const due = (readersOf: (p: Planted) => 'all' | 'most' | 'clear' | undefined): string[] =>
  shown(
    new Map(
      notices.flatMap((p) => {
        const share = readersOf(p)
        const fields =
          share === undefined ? [] : fieldsOf[share].filter((f) => p.tokens[f] !== undefined)
        return fields.length === 0 ? [] : [[p.title, new Set(fields)] as const]
      }),
    ),
  )

const text = async (url: string, token?: string, init: RequestInit = {}): Promise<string> => {
  const response = await fetch(url, {
    ...init,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(init.headers as Record<string, string>),
    },
  })
  return `${response.status}\n${JSON.stringify([...response.headers])}\n${await response.text()}`
}
const feeds = info.feeds.url
const topics = ['all', 'wallet-address', 'bank-account', 'phone-number']

for (const [agency, { token }] of Object.entries(info.feeds.agencies)) {
  await t.test(
    `${agency} holds, by every channel of the feeds, what the table says and no more`,
    async (t) => {
      const expected = due((p) => p.readers[agency])
      const pages = await Promise.all(
        topics.map((topic) => text(`${feeds}/v1/feeds/${topic}?limit=500`, token)),
      )
      t.strictSame(shown(held(pages.join('\n'))), expected, 'pages')
      t.strictSame(
        shown(
          held(
            await text(`${feeds}/v1/feeds/all?limit=500`, token, {
              headers: { accept: 'application/x-ndjson' },
            }),
          ),
        ),
        expected,
        'NDJSON',
      )
      let small = ''
      for (let after = '', end = false; !end;) {
        const page = await call(`${feeds}/v1/feeds/all?limit=3${after && `&after=${after}`}`, token)
        small += JSON.stringify(page.body)
        ;({ next: after, end } = page.body as { next: string; end: boolean })
      }
      t.strictSame(shown(held(small)), expected, 'pages of three, cursors with them')
      const stream = await openStream(`${feeds}/v1/feeds/all`, token)
      await until(
        'the stream has what is due',
        () => shown(held(JSON.stringify(stream.events))).length >= expected.length,
        10_000,
      )
      await delay(300) // for what must not come
      stream.close()
      t.strictSame(shown(held(JSON.stringify(stream.events))), expected, 'SSE')
      const byId = await Promise.all(
        notices.map(({ id }) => text(`${feeds}/v1/notices/${id}`, token)),
      )
      t.strictSame(shown(held(byId.join('\n'))), expected, 'by id')
      const everything = [...pages, small, ...byId].join('\n')
      if (agency !== 'TH-CCIB' && agency !== 'KH-ACD' && agency !== 'VN-C06')
        t.notMatch(
          laidOpen(everything),
          /"release"/,
          'release is shown to nobody but the originator',
        )
    },
  )
}

await t.test('errors tell no more: other methods, cursors, issuers and parameters', async (t) => {
  const { token } = info.feeds.agencies['EXCHANGE-1']!
  const cursor = (
    (await call(`${feeds}/v1/feeds/all?limit=1`, info.feeds.agencies['TH-CCIB']!.token)).body as {
      next: string
    }
  ).next
  const answers = await Promise.all(
    [
      `${feeds}/v1/feeds/all?after=${cursor}`,
      `${feeds}/v1/feeds/all?limit=0`,
      `${feeds}/v1/feeds/nothing`,
      `${feeds}/v1/feeds/all?after=x`,
      ...notices.flatMap(({ id }) => [
        `${feeds}/v1/notices/${id}?issuer=VN`,
        `${feeds}/v1/notices/${id}?issuer=TH&x=1`,
      ]),
    ].map((url) => text(url, token)),
  )
  t.strictSame(shown(held(answers.filter((a) => !a.startsWith('200')).join('\n'))), [])
  const foreign = await call(`${feeds}/v1/feeds/all?after=${cursor}`, token)
  t.match(
    foreign,
    { status: 400, body: { code: 'request/bad-cursor' } },
    'a cursor is its reader’s alone',
  )
})

await t.test('a gateway shows its own agency’s notices only', async (t) => {
  for (const [participant, { url, token }] of Object.entries(info.gateways)) {
    const answers = [
      await text(`${url}/v1/notices?limit=500`, token),
      ...(await Promise.all(notices.map(({ id }) => text(`${url}/v1/notices/${id}`, token)))),
    ]
    t.strictSame(
      shown(held(answers.join('\n'))),
      due((p) => (p.issuer === participant ? 'all' : undefined)),
      participant,
    )
    const open = [
      await text(`${url}/v1/notices`),
      await text(`${url}/v1/notices`, 'x'),
      await text(`${url}/metrics`),
      await text(`${url}/openapi.json`),
      await text(`${url}/readyz`),
    ]
    t.strictSame(shown(held(open.join('\n'))), [], `${participant}: without a token`)
  }
})

await t.test('operators follow every notice without content', async (t) => {
  const agencies = Object.keys(info.feeds.agencies)
  const { url, tokens } = info.console
  for (const [role, token] of [
    ...Object.entries(tokens),
    ...Object.entries(info.ncb).map(([p, n]) => [`ncb ${p}`, n.token] as const),
  ]) {
    const some = role === 'viewer' ? notices : notices.slice(0, 3)
    const paths = [
      '/v1/participants',
      '/v1/quarantine',
      ...some.flatMap(({ id }) => [
        `/v1/trace/${id}`,
        ...agencies.map((a) => `/v1/why?notice=${id}&agency=${a}`),
      ]),
    ]
    const answers: string[] = []
    for (const path of paths) answers.push(await text(`${url}${path}`, token))
    t.strictSame(shown(held(answers.join('\n'))), [], role)
    if (role === 'viewer')
      t.ok(
        answers.filter((a) => a.startsWith('200')).length > notices.length * 5,
        'and it does answer',
      )
  }
})

const pool = createPool({
  url: info.database.url,
  max: 1,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'fatal' }),
})
t.teardown(() => pool.end())
const json = { 'content-type': 'application/json' }

/** What agencies ask of each other: a token for each text, and who may hold it besides. */
const asks = {
  reason: { token: canary(), readers: ['KH-ACD', 'TH-CCIB'] },
  submission: { token: canary(), readers: ['EXCHANGE-1', 'TH-CCIB'] },
  rehearsal: { token: canary(), readers: [] as string[] },
}
const askedIn = (text: string): string[] => {
  const open = laidOpen(text).toLowerCase()
  return Object.entries(asks)
    .filter(([, { token }]) => open.includes(token))
    .map(([name]) => name)
    .sort()
}
const sendAs = (agency: string, path: string, body: object) =>
  call(`${feeds}${path}`, info.feeds.agencies[agency]!.token, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(body),
  })
const passedOn = randomUUID()
let [consentId, submissionId] = ['', '']
const submitted = {
  kind: 'phone-number',
  subject: { number: '+66812345678' },
  offences: ['phishing'],
  handling: { tlp: 'AMBER' },
  narrative: asks.submission.token,
}
const clientPaths = [
  'TH/agencies/TH-CCIB/clients/th-ccib-feed',
  'KH/agencies/TH-CCIB/clients/th-ccib-feed',
  'KH/agencies/KH-ACD/clients/th-ccib-feed',
]

await t.test(
  'what agencies ask of each other is read by the two sides alone, and a rehearsal by nobody',
  async (t) => {
    t.equal(
      (
        await post(info, 'TH', {
          ...submitted,
          id: passedOn,
          narrative: 'x',
          handling: { tlp: 'AMBER', codes: ['H2'], release: { participants: ['KH'] } },
        })
      ).status,
      202,
    )
    await arrived(info, 'KH-ACD', passedOn)
    consentId = String(
      (
        await sendAs('KH-ACD', `/v1/notices/${passedOn}/consent-requests`, {
          to: ['VN'],
          reason: asks.reason.token,
        })
      ).body['id'],
    )
    submissionId = String((await sendAs('EXCHANGE-1', '/v1/submissions', submitted)).body['id'])
    const rehearsed = await call(
      `${info.gateways['TH']!.url}/v1/notices/rehearse`,
      info.gateways['TH']!.token,
      {
        method: 'POST',
        headers: json,
        body: JSON.stringify({
          ...submitted,
          handling: { tlp: 'CLEAR' },
          narrative: asks.rehearsal.token,
        }),
      },
    )
    t.equal(rehearsed.status, 200)
    for (const [agency, { token }] of Object.entries(info.feeds.agencies)) {
      const paths = [
        '/v1/consent-requests',
        `/v1/consent-requests/${consentId}`,
        '/v1/submissions',
        '/v1/submissions?status=all',
        `/v1/submissions/${submissionId}`,
        `/v1/submissions?after=${submissionId}`,
        '/v1/feeds/all?limit=500',
        `/v1/notices/${passedOn}`,
        `/v1/consent-requests?after=${consentId}`,
      ]
      const answers = await Promise.all(paths.map((path) => text(`${feeds}${path}`, token)))
      t.strictSame(
        askedIn(answers.join('\n')),
        Object.entries(asks)
          .filter(([, { readers }]) => readers.includes(agency))
          .map(([name]) => name)
          .sort(),
        agency,
      )
    }
    const elsewhere = [
      ...Object.values(info.gateways).flatMap(({ url, token }) => [
        [`${url}/v1/notices?limit=500`, token],
        [`${url}/v1/registry`, token],
      ]),
      ...[
        ...Object.values(info.console.tokens),
        ...Object.values(info.ncb).map((n) => n.token),
      ].flatMap((token) =>
        [
          `/v1/trace/${passedOn}`,
          `/v1/why?notice=${passedOn}&agency=VN-C06`,
          '/v1/quarantine',
          '/v1/participants',
          '/v1/proposals',
          '/v1/registry/changes',
        ].map((path) => [`${info.console.url}${path}`, token]),
      ),
    ] as [string, string][]
    t.strictSame(
      askedIn((await Promise.all(elsewhere.map(([url, token]) => text(url, token)))).join('\n')),
      [],
      'gateways and console',
    )
    t.match(
      (await call(`${info.console.url}/v1/trace/${passedOn}`, info.console.tokens.viewer)).body,
      {
        notices: [
          { versions: [{ consents: [{ id: consentId, agency: 'KH-ACD', status: 'waiting' }] }] },
        ],
      },
      'an operator sees that it was asked',
    )
  },
)

await t.test(
  'a foreign id in any request is answered as one that is not there: 404, the same body',
  async (t) => {
    // A second agency of TH, so that another's notices lie in the same gateway's database.
    await changeRegistry(pool, { who: 'test', why: 'test' }, [
      admitAgency({
        id: 'TH-DSI',
        participant: 'TH',
        name: 'TH-DSI',
        rights: ['read', 'submit'],
        roles: [],
        purposes: ['criminal-investigation'],
      }),
    ])
    const dsi = await mintToken(
      keys.issuer.TH,
      {
        iss: issuerOf('TH'),
        aud: 'gateway-TH',
        sub: 'x',
        agency: 'TH-DSI',
        scope: 'notices:write notices:read',
      },
      600,
    )
    const gateway = info.gateways['TH']!.url
    await until(
      'the gateway knows the agency',
      async () => (await call(`${gateway}/v1/notices`, dsi)).status === 200,
    )
    const mine = planted[0]!
    const foreign = planted
      .filter(
        (p) =>
          p.issuer === 'TH' &&
          p.readers['JP-NPA'] === undefined &&
          p.readers['EXCHANGE-1'] === undefined,
      )
      .map((p) => p.id)
    t.ok(foreign.length >= 10)
    const grant = { rights: ['read'], purposes: ['victim-rescue'] }
    const proposal = await call(
      `${info.console.url}/v1/participants/TH/grant`,
      info.console.tokens.operator,
      { method: 'PUT', headers: json, body: JSON.stringify({ grant, why: 'test' }) },
    )
    t.equal(proposal.status, 202, 'a proposal that concerns TH waits')
    const { kid } = info.keys['TH'] as { kid: string }

    type Send = (
      path: string,
      method: string,
      body?: unknown,
    ) => Promise<{ status: number; body: object }>
    const sender =
      (url: string, token: string): Send =>
      (path, method, body) =>
        call(`${url}${path}`, token, {
          method,
          ...(body !== undefined && { body: JSON.stringify(body) }),
          headers: { ...(body !== undefined && json), 'if-match': '"1"' },
        })
    const agencies = (...names: string[]): Send[] =>
      names.map((name) => sender(feeds, info.feeds.agencies[name]!.token))
    const ncb = [sender(info.console.url, info.ncb['KH']!.token)]
    const outside = agencies('JP-NPA', 'EXCHANGE-1')
    const other = agencies('VN-C06', 'JP-NPA')
    const why = { why: 'test' }
    const { id: _id, ...asNext } = mine.body as { id: string }
    /**
     * Every request with an id in its path: what of others it could name, what nobody has, who
     * asks, and with which body.
     */
    const swaps: Readonly<
      Record<
        string,
        readonly [foreign: readonly string[], absent: string, who: readonly Send[], body?: unknown]
      >
    > = {
      'gateway GET /v1/notices/{id}': [foreign, randomUUID(), [sender(gateway, dsi)]],
      'gateway PUT /v1/notices/{id}': [foreign, randomUUID(), [sender(gateway, dsi)], asNext],
      'gateway POST /v1/notices/{id}/revoke': [
        foreign,
        randomUUID(),
        [sender(gateway, dsi)],
        { reason: 'x' },
      ],
      'gateway POST /v1/notices/{id}/confirm': [
        foreign,
        randomUUID(),
        [sender(gateway, dsi)],
        { reason: 'x' },
      ],
      'feeds GET /v1/notices/{id}': [
        [...foreign, ...foreign.map((id) => `${id}?issuer=TH`)],
        randomUUID(),
        outside,
      ],
      'feeds POST /v1/notices/{id}/acknowledge-conditions': [foreign, randomUUID(), outside],
      'feeds POST /v1/notices/{id}/consent-requests': [
        foreign,
        randomUUID(),
        outside,
        { to: ['VN'], reason: 'x' },
      ],
      'feeds GET /v1/consent-requests/{id}': [
        [consentId],
        randomUUID(),
        agencies('VN-C06', 'JP-NPA', 'EXCHANGE-1'),
      ],
      'feeds POST /v1/consent-requests/{id}/answer': [
        [consentId],
        randomUUID(),
        agencies('KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1'),
        { answer: 'granted', reason: 'x' },
      ],
      'feeds GET /v1/submissions/{id}': [
        [submissionId],
        randomUUID(),
        [...agencies('KH-ACD'), ...other],
      ],
      'feeds POST /v1/submissions/{id}/decide': [
        [submissionId],
        randomUUID(),
        [...agencies('KH-ACD', 'EXCHANGE-1'), ...other],
        { decision: 'declined', reason: 'x' },
      ],
      'console GET /v1/trace/{id}': [[mine.id], randomUUID(), ncb],
      'console GET /v1/participants/{id}': [['TH', 'EXCHANGE-1'], 'XX', ncb],
      'console PUT /v1/participants/{id}/grant': [
        ['TH'],
        'XX',
        ncb,
        { grant: { rights: ['read'], purposes: [] }, ...why },
      ],
      'console POST /v1/participants/{id}/suspend': [['TH'], 'XX', ncb, why],
      'console POST /v1/participants/{id}/reinstate': [['TH'], 'XX', ncb, why],
      'console POST /v1/participants/{id}/withdraw': [['TH'], 'XX', ncb, why],
      'console PUT /v1/groups/{id}': [['ASEAN'], 'XX', ncb, { name: 'x', members: ['KH'], ...why }],
      // An agency that is absent would be made by PUT: there it is the participant that is swapped,
      // and what is another's is refused.
      'console PUT /v1/participants/{id}/agencies/{agency}': [
        ['TH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
        'XX/agencies/XX-1',
        ncb,
        { name: 'x', rights: ['read'], purposes: ['victim-rescue'], ...why },
      ],
      'console POST /v1/participants/{id}/agencies/{agency}/suspend': [
        ['TH/agencies/TH-CCIB', 'KH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
        'KH/agencies/XX-1',
        ncb,
        why,
      ],
      'console POST /v1/participants/{id}/agencies/{agency}/reinstate': [
        ['TH/agencies/TH-CCIB', 'KH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
        'KH/agencies/XX-1',
        ncb,
        why,
      ],
      'console PUT /v1/participants/{id}/agencies/{agency}/clients/{client}': [
        ['TH/agencies/TH-CCIB/clients/th-ccib-feed', 'KH/agencies/TH-CCIB/clients/th-ccib-feed'],
        'XX/agencies/XX-1/clients/x',
        ncb,
        { purpose: 'criminal-investigation', ...why },
      ],
      'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/secret': [
        clientPaths,
        'KH/agencies/KH-ACD/clients/x',
        ncb,
        why,
      ],
      'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/suspend': [
        clientPaths,
        'KH/agencies/KH-ACD/clients/x',
        ncb,
        why,
      ],
      'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/reinstate': [
        clientPaths,
        'KH/agencies/KH-ACD/clients/x',
        ncb,
        why,
      ],
      'console GET /v1/keys/{kid}': [[kid], randomBytes(32).toString('base64url'), ncb],
      'console GET /v1/keys/{kid}/logged': [[kid], randomBytes(32).toString('base64url'), ncb],
      'console POST /v1/keys/{kid}/revoke': [
        [kid],
        randomBytes(32).toString('base64url'),
        ncb,
        { reason: 'superseded', ...why },
      ],
      'console GET /v1/proposals/{id}': [[String(proposal.body['id'])], '999999', ncb],
      'console POST /v1/proposals/{id}/approve': [
        [String(proposal.body['id'])],
        '999999',
        ncb,
        why,
      ],
      'console POST /v1/proposals/{id}/reject': [[String(proposal.body['id'])], '999999', ncb, why],
    }
    const services = { gateway, feeds, console: info.console.url }
    const routes = await Promise.all(
      Object.entries(services).map(async ([service, url]) => {
        const { paths } = (await call(`${url}/openapi.json`, undefined)).body as {
          paths: Record<string, object>
        }
        return Object.entries(paths).flatMap(([path, methods]) =>
          path.includes('{')
            ? Object.keys(methods).map((method) => `${service} ${method.toUpperCase()} ${path}`)
            : [],
        )
      }),
    )
    t.strictSame(
      Object.keys(swaps).sort(),
      routes
        .flat()
        .filter((route) => route !== 'feeds GET /v1/feeds/{topic}')
        .sort(),
      'every request with an id in its path is here',
    )

    for (const [route, [theirs, nobodys, who, body]] of Object.entries(swaps)) {
      const [, method = '', path = ''] = route.split(' ')
      const [before = ''] = path.split('{', 1)
      const after = path.slice(path.lastIndexOf('}') + 1)
      const at = (id: string): string =>
        id.includes('?') ? `${before}${id.replace('?', `${after}?`)}` : `${before}${id}${after}`
      for (const send of who) {
        const absent = await send(at(nobodys), method, body)
        t.ok(
          absent.status === 404 || (absent.status === 403 && route.startsWith('console')),
          `${route}: absent is ${absent.status} ${JSON.stringify(absent.body)}`,
        )
        for (const id of theirs) {
          const answer = await send(at(id), method, body)
          t.strictSame(
            { status: answer.status, body: { ...answer.body, instance: '' } },
            { status: absent.status, body: { ...absent.body, instance: '' } },
            `${route}: ${id}`,
          )
        }
      }
    }
    for (const id of foreign)
      t.match(
        (await call(`${gateway}/v1/notices/${id}`, info.gateways['TH']!.token)).body,
        { version: 1, noticeStatus: 'active' },
        'unchanged',
      )
    for (const [path, token] of [
      [`/v1/consent-requests/${consentId}`, 'KH-ACD'],
      [`/v1/submissions/${submissionId}`, 'EXCHANGE-1'],
    ] as const) {
      t.match(
        (await call(`${feeds}${path}`, info.feeds.agencies[token]!.token)).body,
        { status: 'waiting' },
        'unchanged',
      )
    }
    const [there, gone] = await Promise.all(
      [mine.id, randomUUID()].map((id) =>
        call(`${info.console.url}/v1/why?notice=${id}&agency=KH-ACD`, info.ncb['KH']!.token),
      ),
    )
    t.strictSame(
      [there!.status, { ...there!.body, instance: '' }],
      [403, { ...gone!.body, instance: '' }],
      'why is not an NCB’s, whatever the id',
    )
    for (const [path, agency] of [
      ['consent-requests', 'VN-C06'],
      ['submissions', 'VN-C06'],
    ] as const) {
      for (const after of [consentId, submissionId, randomUUID()]) {
        t.match(
          await call(`${feeds}/v1/${path}?after=${after}`, info.feeds.agencies[agency]!.token),
          { status: 400, body: { code: 'request/bad-cursor' } },
          `${path} after a foreign id`,
        )
      }
    }
  },
)

const secrets = [
  ...Object.values(info.gateways).map((g) => g.token),
  ...Object.values(info.feeds.agencies).flatMap((a) => [a.token, a.clientSecret]),
  ...Object.values(info.console.tokens),
  ...Object.values(info.ncb).map((n) => n.token),
]

await t.test(
  'what is refused leaves nothing of its content in any log or metric, nor does what is accepted',
  async (t) => {
    const { id: _id, ...body } = planted[0]!.body as { id: string }
    const refused: readonly unknown[] = [
      { ...body, offences: [h3.tokens.narrative] },
      { ...body, [h3.tokens.narrative!]: 1 },
      { ...body, handling: { tlp: h3.tokens.narrative } },
      { ...body, subject: { address: `0x${h3.tokens.subject}zz`, chain: 'evm' } },
      `{"narrative": "${h3.tokens.narrative}`,
      { ...body, agency: 'KH-ACD' },
    ]
    for (const each of refused) t.ok((await post(info, 'TH', each)).status >= 400)
    for (const path of [`/v1/notices/${h3.tokens.narrative}`, `/v1/feeds/${h3.tokens.narrative}`])
      await call(`${feeds}${path}`, info.feeds.agencies['KH-ACD']!.token)
    const urls = [
      ...Object.values(info.gateways).map((g) => g.url),
      feeds,
      info.console.url,
      `http://127.0.0.1:${ports['hub']}`,
    ]
    const metrics = await Promise.all(urls.map((url) => text(`${url}/metrics`)))
    for (const each of metrics) t.match(each, /^200\n[^]*process_cpu/)
    t.strictSame(
      [...shown(held(metrics.join('\n'))), ...askedIn(metrics.join('\n'))],
      [],
      'metrics',
    )
    for (const secret of secrets) t.notOk(metrics.join('\n').includes(secret))
    const folder = resolve(system.supervisor.folder, 'logs')
    const names = await readdir(folder)
    // else their logs are with the container engine, or with whoever runs them
    const servers = system.kind === 'embedded' ? ['kafka', 'postgres'] : []
    for (const service of ['hub', 'feeds', 'console', 'gateway-TH', ...servers])
      t.ok(
        names.some((n) => n.startsWith(service)),
        `there is a log of ${service}`,
      )
    for (const name of names) {
      const log = await readFile(resolve(folder, name), 'utf8')
      t.strictSame([...shown(held(log)), ...askedIn(log)], [], name)
      t.notOk(
        secrets.some((secret) => log.includes(secret)),
        `${name}: no token, no secret`,
      )
    }
  },
)
