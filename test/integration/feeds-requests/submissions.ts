import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { admitAgency } from '#core/registry/change.ts'
import type { Answer } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { forKh, type Content } from '#test/support/feeds.ts'
import { world, purposes, feeds, readAll, get, send, logged, absent } from './world.ts'

export const submissions = async (t: Test): Promise<void> => {
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

  /** The notice that TH-NCB made of a submission. */
  let issuedAs = ''

  type Decide = (more: object) => Promise<Answer>

  const refusesOthers = async (t: Test, decide: Decide): Promise<void> => {
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
  }

  await t.test(
    'what a corporate partner submits waits for the NCB that it is attached to',
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
    },
  )

  await t.test('the NCB issues its own notice on what waits, and decides once', async (t) => {
    const [{ id, notice: body }] = (await listed('TH-NCB')) as [{ id: string; notice: Content }]
    const decide: Decide = (more) =>
      send('TH-NCB', `/v1/submissions/${id}/decide`, {
        decision: 'issued',
        reason: 'thank you',
        ...more,
      })
    await refusesOthers(t, decide)
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
      await send('TH-NCB', `/v1/submissions/${id}/decide`, {
        decision: 'declined',
        reason: 'no',
      }),
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
    issuedAs = issued.id
  })

  await t.test('an NCB declines a submission with its reason', async (t) => {
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
  })

  await t.test('no reader of the issued notice learns of the partner', async (t) => {
    for (const agency of ['KH-ACD', 'VN-C06', 'JP-NPA']) {
      const [feed, one, queue] = [
        await readAll(feeds, agency),
        await get(agency, `/v1/notices/${issuedAs}`),
        await get(agency, '/v1/submissions?status=all'),
      ]
      t.equal(one.status, 200)
      const bytes = JSON.stringify([
        feed.entries.filter((e) => e.notice.id === issuedAs),
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
  })

  const id = randomUUID()

  const refused: [string, string, unknown, number, string, string?][] = [
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

  await t.test('a submission is read as a notice is; who may not submit is told so', async (t) => {
    t.equal((await submit('EXCHANGE-1', submission({ id }))).status, 202)
    for (const [title, agency, body, status, code, pointer] of refused) {
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
}
