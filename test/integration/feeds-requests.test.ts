import { randomUUID } from 'node:crypto'
import t from 'tap'
import { admitAgency, setClient } from '#core/registry/change.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import { consentsOf } from '#store/requests/consents.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import {
  clientSecret,
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
} from '#test/support/feeds.ts'

/*
 * What agencies ask of each other by way of the feeds: consent to pass a notice on (H2), and what
 * corporate partners submit.
 */
const world = await createFeedsWorld(t)
const secretHash = await hashSecret(clientSecret)
const purposes = ['criminal-investigation'] as const
const extra = ['TH-NCB', 'TH-DSI', 'KH-NCB'] as const
await world.change(
  ...extra.map((id) =>
    admitAgency({
      id,
      participant: id.slice(0, 2),
      name: id,
      rights: ['read', 'submit'],
      purposes: [...purposes],
      roles: id.endsWith('NCB') ? ['ncb'] : [],
    }),
  ),
  ...extra.map((id) =>
    setClient({ id: id.toLowerCase(), agency: id, purpose: 'criminal-investigation', secretHash }),
  ),
)
const feeds = await world.start()
const clients = [
  'th-ccib',
  'kh-acd',
  'vn-c06',
  'jp-npa',
  'exchange-1',
  'th-ncb',
  'th-dsi',
  'kh-ncb',
]
const tokens = Object.fromEntries(
  await Promise.all(clients.map(async (c) => [c.toUpperCase(), await token(feeds, c)] as const)),
)
const { readAll } = feedReader((agency) => tokens[agency]!)

const get = (agency: string, path: string): Promise<Answer> =>
  call(`${feeds.url}${path}`, tokens[agency])
const send = (agency: string, path: string, body: unknown): Promise<Answer> =>
  call(`${feeds.url}${path}`, tokens[agency], {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const logged = async (more: Record<string, unknown>): Promise<Content> => {
  const content = forKh(more)
  await world.append([{ content }])
  await world.settled([feeds])
  return content
}
const absent = ({ status, body }: Answer): object => ({ status, body: { ...body, instance: '' } })

const h2 = await logged({
  handling: {
    tlp: 'AMBER',
    codes: ['H2'],
    release: { participants: ['KH'], partners: ['EXCHANGE-1'] },
  },
})
const ask = (
  agency: string,
  notice: Content,
  body: unknown = { to: ['VN'], reason: 'their account' },
  query = '',
): Promise<Answer> => send(agency, `/v1/notices/${notice.id}/consent-requests${query}`, body)
const granted = { answer: 'granted', reason: 'agreed' }

await t.test(
  'a notice under H2 is marked as not to be passed on, in feeds and by its id; to its ' +
    'originator it is not',
  async (t) => {
    const marked = async (agency: string): Promise<unknown[]> => {
      const { entries } = await readAll(feeds, agency)
      const byId = await get(agency, `/v1/notices/${h2.id}`)
      return [
        entries.find((e) => e.notice.id === h2.id)!.notice,
        byId.body['notice'] as object,
      ].map((notice) =>
        'handling' in notice
          ? (notice.handling as { notToBePassedOn?: unknown }).notToBePassedOn
          : 'no handling',
      )
    }
    for (const agency of ['KH-ACD', 'EXCHANGE-1'])
      t.strictSame(await marked(agency), [true, true], agency)
    t.strictSame(await marked('TH-CCIB'), [undefined, undefined])
    const free = await logged({})
    t.notMatch(
      JSON.stringify((await get('KH-ACD', `/v1/notices/${free.id}`)).body),
      /notToBePassedOn/,
    )
  },
)

let first = ''
await t.test(
  'who holds a notice under H2 asks; the originator answers once, and what decide gives stays ' +
    'as it was',
  async (t) => {
    const asked = await ask('KH-ACD', h2, { to: ['VN-C06', 'VN'], reason: 'their account' })
    t.match(asked, {
      status: 201,
      body: {
        side: 'asker',
        status: 'waiting',
        answer: null,
        askedBy: { participant: 'KH', agency: 'KH-ACD' },
        to: ['VN', 'VN-C06'],
        notice: { issuer: 'TH', id: h2.id, version: 1 },
        at: /Z$/,
      },
    })
    first = String(asked.body['id'])
    t.strictSame(
      (await ask('KH-ACD', h2, { to: ['VN', 'VN-C06'], reason: 'their account' })).body,
      asked.body,
      'the same question again is the same request',
    )
    t.not((await ask('KH-ACD', h2, { to: ['VN'], reason: 'their account' })).body['id'], first)
    t.match(await get('TH-CCIB', `/v1/consent-requests/${first}`), {
      status: 200,
      body: { side: 'originator', status: 'waiting' },
    })
    const until = '2030-01-01T00:00:00Z'
    const answer = await send('TH-CCIB', `/v1/consent-requests/${first}/answer`, {
      ...granted,
      until,
    })
    t.match(answer, {
      status: 200,
      body: {
        status: 'granted',
        answer: { reason: 'agreed', agency: 'TH-CCIB', until: '2030-01-01T00:00:00.000000Z' },
      },
    })
    t.strictSame(
      (await send('TH-CCIB', `/v1/consent-requests/${first}/answer`, { ...granted, until })).body,
      answer.body,
      'sent again it is the same answer',
    )
    for (const [agency, other] of [
      ['TH-CCIB', { answer: 'refused', reason: 'no' }],
      ['TH-NCB', { ...granted, until }],
      ['TH-CCIB', granted],
    ] as const) {
      t.match(await send(agency, `/v1/consent-requests/${first}/answer`, other), {
        status: 409,
        body: { code: 'consent/answered' },
      })
    }
    const seen = await get('KH-ACD', `/v1/consent-requests/${first}`)
    t.match(seen, {
      status: 200,
      body: { side: 'asker', status: 'granted', answer: { reason: 'agreed' } },
    })
    t.notMatch(JSON.stringify(seen.body), /TH-CCIB/, 'who answered is the originator’s own affair')
    t.equal((await get('VN-C06', `/v1/notices/${h2.id}`)).status, 404, 'consent releases nothing')
  },
)

await t.test('twenty answers at once make one', async (t) => {
  const id = String((await ask('KH-ACD', h2, { to: ['JP'], reason: 'race' })).body['id'])
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      send(i % 2 === 0 ? 'TH-CCIB' : 'TH-NCB', `/v1/consent-requests/${id}/answer`, {
        answer: i % 3 === 0 ? 'granted' : 'refused',
        reason: `r${i % 3}`,
      }),
    ),
  )
  const won = new Set(answers.filter((a) => a.status === 200).map((a) => JSON.stringify(a.body)))
  t.equal(won.size, 1)
  t.strictSame(new Set(answers.map((a) => a.status)), new Set([200, 409]))
})

await t.test('a question that is not right is refused by name', async (t) => {
  const open = await logged({})
  const conditional = await logged({
    handling: { tlp: 'GREEN', codes: ['H2', 'H3'], conditions: 'call us' },
  })
  const rows: [string, Promise<Answer>, number, string, string?][] = [
    ['not under H2', ask('KH-ACD', open), 409, 'consent/not-needed'],
    ['one’s own', ask('TH-CCIB', h2), 409, 'consent/not-needed'],
    ['conditions not acknowledged', ask('KH-ACD', conditional), 409, 'consent/no-content'],
    [
      'nobody',
      ask('KH-ACD', h2, { to: ['XX'], reason: 'r' }),
      422,
      'consent/unknown-recipient',
      '/to/0',
    ],
    [
      'an agency, asked by a partner',
      ask('EXCHANGE-1', h2, { to: ['VN', 'VN-C06'], reason: 'r' }),
      422,
      'consent/unknown-recipient',
      '/to/1',
    ],
    ['no reason', ask('KH-ACD', h2, { to: ['VN'] }), 422, 'notice/missing-member', '/reason'],
    ['an empty list', ask('KH-ACD', h2, { to: [], reason: 'r' }), 422, 'notice/bad-value', '/to'],
    [
      'more members',
      ask('KH-ACD', h2, { to: ['VN'], reason: 'r', status: 'granted' }),
      422,
      'notice/unknown-member',
      '/status',
    ],
    [
      'a control character',
      ask('KH-ACD', h2, { to: ['VN'], reason: '\u0007' }),
      422,
      'notice/bad-value',
      '/reason',
    ],
    [
      'a member twice',
      ask('KH-ACD', h2, '{"to":["VN"],"reason":"r","reason":"s"}'),
      400,
      'body/duplicate-key',
    ],
    [
      'until with a refusal',
      send(
        'TH-CCIB',
        `/v1/consent-requests/${String((await ask('KH-ACD', h2)).body['id'])}/answer`,
        { answer: 'refused', reason: 'r', until: '2030-01-01T00:00:00Z' },
      ),
      422,
      'notice/bad-value',
      '/until',
    ],
    [
      'until in the past',
      send(
        'TH-CCIB',
        `/v1/consent-requests/${String((await ask('KH-ACD', h2)).body['id'])}/answer`,
        { ...granted, until: '2020-01-01T00:00:00Z' },
      ),
      422,
      'notice/bad-value',
      '/until',
    ],
  ]
  for (const [title, answer, status, code, pointer] of rows) {
    const { body, ...rest } = await answer
    t.match({ ...rest, body }, { status, body: { code } }, `${title}: ${JSON.stringify(body)}`)
    if (pointer !== undefined) t.match(body, { errors: [{ pointer }] }, title)
  }
})

await t.test(
  'requests are listed to the two sides, page by page, and to nobody else',
  async (t) => {
    const page = async (agency: string, limit: number): Promise<Record<string, unknown>[]> => {
      const all: Record<string, unknown>[] = []
      for (let after = '', end = false; !end;) {
        const { status, body } = await get(
          agency,
          `/v1/consent-requests?limit=${limit}${after && `&after=${after}`}`,
        )
        if (status !== 200) throw new Error(JSON.stringify(body))
        all.push(...(body['requests'] as Record<string, unknown>[]))
        ;({ next: after, end } = body as { next: string; end: boolean })
      }
      return all
    }
    const recorded = (await consentsOf(world.pool, h2.id)).map((c) => c.id)
    t.ok(recorded.length >= 3)
    for (const agency of ['KH-ACD', 'TH-CCIB', 'TH-NCB'])
      for (const limit of [1, 2, 500])
        t.strictSame(
          (await page(agency, limit)).map((r) => r['id']),
          recorded,
          `${agency} by ${limit}`,
        )
    for (const agency of ['TH-DSI', 'KH-NCB', 'VN-C06', 'JP-NPA', 'EXCHANGE-1'])
      t.strictSame(await page(agency, 500), [], agency)
    t.match(
      await get('KH-NCB', `/v1/consent-requests?after=${recorded[0]}`),
      { status: 400, body: { code: 'request/bad-cursor' } },
      'a foreign id is no place to go on from',
    )
    t.match(await get('KH-NCB', '/v1/consent-requests?after=1'), {
      status: 400,
      body: { code: 'request/bad-cursor' },
    })
    t.match(await get('KH-ACD', '/v1/consent-requests?limit=0'), {
      status: 400,
      body: { code: 'request/bad-parameter' },
    })
  },
)

await t.test('a foreign id of a request or a notice is answered as an absent one', async (t) => {
  const requests: readonly [
    string,
    (agency: string, id: string) => Promise<Answer>,
    readonly string[],
  ][] = [
    [
      'a request',
      (agency, id) => get(agency, `/v1/consent-requests/${id}`),
      ['TH-DSI', 'KH-NCB', 'VN-C06', 'JP-NPA', 'EXCHANGE-1'],
    ],
    [
      'its answer',
      (agency, id) => send(agency, `/v1/consent-requests/${id}/answer`, granted),
      ['TH-DSI', 'KH-NCB', 'VN-C06', 'JP-NPA', 'EXCHANGE-1', 'KH-ACD'],
    ],
  ]
  for (const [what, by, agencies] of requests) {
    for (const agency of agencies)
      t.strictSame(
        absent(await by(agency, first)),
        absent(await by(agency, randomUUID())),
        `${what}, ${agency}`,
      )
    t.equal((await by(agencies[0]!, first)).status, 404)
  }
  for (const agency of ['VN-C06', 'JP-NPA'])
    t.strictSame(
      absent(await ask(agency, h2)),
      absent(await ask(agency, forKh())),
      `a notice, ${agency}`,
    )
  t.equal((await ask('VN-C06', h2)).status, 404)
})

const submission = (more: object = {}): Record<string, unknown> => {
  const {
    id: _id,
    agency: _agency,
    ...body
  } = forKh({ handling: { tlp: 'AMBER' }, narrative: `from the partner ${randomUUID()}` })
  return { ...body, ...more }
}
const submit = (agency: string, body: unknown = submission()): Promise<Answer> =>
  send(agency, '/v1/submissions', body)
const idOf = ({ body }: Answer): string => String(body['id'])
const listed = async (agency: string, query = ''): Promise<Record<string, unknown>[]> =>
  (await get(agency, `/v1/submissions${query}`)).body['submissions'] as Record<string, unknown>[]

await t.test(
  'what a corporate partner submits waits for the NCB it is attached to, which issues its own ' +
    'notice or declines',
  async (t) => {
    const body = submission()
    const taken = await submit('EXCHANGE-1', body)
    t.match(taken, {
      status: 202,
      body: { id: String, status: 'waiting', canonical: { key: '+66812345678' }, warnings: [] },
    })
    const id = idOf(taken)
    t.equal(
      idOf(await submit('EXCHANGE-1', body)),
      id,
      'the same content again gets the first answer',
    )
    t.match(await listed('EXCHANGE-1'), [{ id, status: 'waiting', notice: body, decision: null }])
    t.match(await listed('TH-NCB'), [
      {
        id,
        status: 'waiting',
        submittedBy: { participant: 'EXCHANGE-1', agency: 'EXCHANGE-1' },
        notice: body,
        canonical: { key: '+66812345678' },
      },
    ])
    const decide = (more: object): Promise<Answer> =>
      send('TH-NCB', `/v1/submissions/${id}/decide`, {
        decision: 'issued',
        reason: 'thank you',
        ...more,
      })
    t.match(await decide({}), {
      status: 422,
      body: { errors: [{ code: 'notice/missing-member', pointer: '/noticeId' }] },
    })
    t.match(await decide({ noticeId: randomUUID() }), {
      status: 422,
      body: { code: 'submission/unknown-notice' },
    })
    const foreign = forKh({ agency: 'VN-C06' })
    await world.append([{ content: foreign, issuer: 'VN' }])
    t.match(
      await decide({ noticeId: foreign.id }),
      { status: 422, body: { code: 'submission/unknown-notice' } },
      'another country’s notice is as absent',
    )
    const issued = await logged({
      agency: 'TH-NCB',
      handling: { tlp: 'GREEN' },
      narrative: body['narrative'],
    })
    t.match(await decide({ noticeId: issued.id, decision: 'declined' }), {
      status: 422,
      body: { errors: [{ pointer: '/noticeId' }] },
    })
    const decided = await decide({ noticeId: issued.id })
    t.match(decided, {
      status: 200,
      body: {
        id,
        status: 'issued',
        decision: { reason: 'thank you', noticeId: issued.id, agency: 'TH-NCB' },
      },
    })
    t.strictSame(
      (await decide({ noticeId: issued.id })).body,
      decided.body,
      'the same decision again is the same',
    )
    t.match(
      await send('TH-NCB', `/v1/submissions/${id}/decide`, { decision: 'declined', reason: 'no' }),
      { status: 409, body: { code: 'submission/decided' } },
    )
    t.strictSame(await listed('TH-NCB'), [], 'nothing waits')
    t.strictSame(
      (await listed('TH-NCB', '?status=issued')).map((s) => s['id']),
      [id],
    )
    const [own] = await listed('EXCHANGE-1')
    t.match(own, { id, status: 'issued', decision: { reason: 'thank you' } })
    t.notMatch(
      JSON.stringify(own),
      issued.id,
      'which notice was made of it is the NCB’s own affair',
    )
    const declined = idOf(await submit('EXCHANGE-1'))
    t.match(
      await send('TH-NCB', `/v1/submissions/${declined}/decide`, {
        decision: 'declined',
        reason: 'known',
      }),
      { status: 200, body: { status: 'declined' } },
    )
    t.strictSame(
      (await listed('EXCHANGE-1', '?status=declined')).map((s) => s['id']),
      [declined],
    )

    for (const agency of ['KH-ACD', 'VN-C06', 'JP-NPA']) {
      const [feed, one, queue] = [
        await readAll(feeds, agency),
        await get(agency, `/v1/notices/${issued.id}`),
        await get(agency, '/v1/submissions?status=all'),
      ]
      t.equal(one.status, 200)
      const bytes = JSON.stringify([
        feed.entries.filter((e) => e.notice.id === issued.id),
        one.body,
        queue.body,
      ])
      t.notMatch(bytes, /EXCHANGE-1/)
      for (const at of [0, 1, 2])
        t.notOk(
          bytes.includes(
            Buffer.from('x'.repeat(at) + 'EXCHANGE-1')
              .toString('base64url')
              .slice(at === 0 ? 0 : 4, -2),
          ),
          `${agency}: the partner is not named`,
        )
      t.notMatch(JSON.stringify(queue.body), 'from the partner')
    }
  },
)

await t.test('a submission is read as a notice is; who may not submit is told so', async (t) => {
  const id = randomUUID()
  t.equal((await submit('EXCHANGE-1', submission({ id }))).status, 202)
  const rows: [string, string, unknown, number, string, string?][] = [
    [
      'an id used for other content',
      'EXCHANGE-1',
      submission({ id }),
      409,
      'notice/id-reused',
      '/id',
    ],
    [
      'a release list',
      'EXCHANGE-1',
      submission({ handling: { tlp: 'AMBER', release: { participants: ['KH'] } } }),
      422,
      'notice/unknown-member',
      '/handling/release',
    ],
    [
      'no TLP',
      'EXCHANGE-1',
      submission({ handling: {} }),
      422,
      'notice/missing-member',
      '/handling/tlp',
    ],
    [
      'no number',
      'EXCHANGE-1',
      submission({ subject: { number: '+660' } }),
      422,
      'phone/impossible',
      '/subject/number',
    ],
    [
      'an unknown member',
      'EXCHANGE-1',
      submission({ issuer: 'TH' }),
      422,
      'notice/unknown-member',
      '/issuer',
    ],
    [
      'a victim above AMBER',
      'EXCHANGE-1',
      submission({ operatorStatus: 'possible-victim', handling: { tlp: 'GREEN' } }),
      422,
      'handling/victim-above-amber',
      '/handling/tlp',
    ],
    ['another agency', 'EXCHANGE-1', submission({ agency: 'TH-CCIB' }), 403, 'auth/other-agency'],
    ['a member twice', 'EXCHANGE-1', '{"kind":"url","kind":"url"}', 400, 'body/duplicate-key'],
    ['nothing', 'EXCHANGE-1', '', 400, 'body/empty'],
    ['a police agency', 'KH-ACD', submission(), 403, 'submission/not-allowed'],
    ['an NCB', 'TH-NCB', submission(), 403, 'submission/not-allowed'],
  ]
  for (const [title, agency, body, status, code, pointer] of rows) {
    const answer = await submit(agency, body)
    t.match(answer, { status, body: { code } }, `${title}: ${JSON.stringify(answer.body)}`)
    if (pointer !== undefined) t.match(answer.body, { errors: [{ pointer }] }, title)
  }
  await world.change(
    admitAgency({
      id: 'EXCHANGE-1',
      participant: 'EXCHANGE-1',
      name: 'x',
      rights: ['read'],
      purposes: [...purposes],
      roles: [],
    }),
  )
  await until('the right is gone', async () => (await submit('EXCHANGE-1')).status === 403)
  t.equal(
    (await get('EXCHANGE-1', '/v1/submissions')).status,
    200,
    'what it submitted is still its own',
  )
})

await t.test('a foreign submission is answered as an absent one', async (t) => {
  const id = String((await listed('EXCHANGE-1'))[0]!['id'])
  const decision = { decision: 'declined', reason: 'r' }
  for (const agency of ['TH-CCIB', 'TH-DSI', 'KH-NCB', 'KH-ACD', 'VN-C06', 'JP-NPA']) {
    t.strictSame(await listed(agency, '?status=all'), [], agency)
    for (const by of [
      (one: string) => get(agency, `/v1/submissions/${one}`),
      (one: string) => send(agency, `/v1/submissions/${one}/decide`, decision),
    ]) {
      const there = await by(id)
      t.equal(there.status, 404)
      t.strictSame(absent(there), absent(await by(randomUUID())), agency)
    }
  }
  t.strictSame(
    absent(await send('EXCHANGE-1', `/v1/submissions/${id}/decide`, decision)),
    absent(await send('EXCHANGE-1', `/v1/submissions/${randomUUID()}/decide`, decision)),
    'a partner decides nothing',
  )
  t.match(await get('KH-NCB', `/v1/submissions?after=${id}`), {
    status: 400,
    body: { code: 'request/bad-cursor' },
  })
  t.match(await get('TH-NCB', '/v1/submissions?status=lost'), {
    status: 400,
    body: { code: 'request/bad-parameter' },
  })
})

t.end()
