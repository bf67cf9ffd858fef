import type { Test } from 'tap'
import type { Answer } from '#test/support/clients.ts'
import { feeds, readAll, get, send, logged, h2, ask, granted, questions } from './world.ts'

export const consent = async (t: Test): Promise<void> => {
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
      questions.first = String(asked.body['id'])
      t.strictSame(
        (await ask('KH-ACD', h2, { to: ['VN', 'VN-C06'], reason: 'their account' })).body,
        asked.body,
        'the same question again is the same request',
      )
      t.not(
        (await ask('KH-ACD', h2, { to: ['VN'], reason: 'their account' })).body['id'],
        questions.first,
      )
      t.match(await get('TH-CCIB', `/v1/consent-requests/${questions.first}`), {
        status: 200,
        body: { side: 'originator', status: 'waiting' },
      })
      const until = '2030-01-01T00:00:00Z'
      const path = `/v1/consent-requests/${questions.first}/answer`
      const answer = await send('TH-CCIB', path, { ...granted, until })
      t.match(answer, {
        status: 200,
        body: {
          status: 'granted',
          answer: { reason: 'agreed', agency: 'TH-CCIB', until: '2030-01-01T00:00:00.000000Z' },
        },
      })
      const again = await send('TH-CCIB', path, { ...granted, until })
      t.strictSame(again.body, answer.body, 'sent again it is the same answer')
      for (const [agency, other] of [
        ['TH-CCIB', { answer: 'refused', reason: 'no' }],
        ['TH-NCB', { ...granted, until }],
        ['TH-CCIB', granted],
      ] as const) {
        t.match(await send(agency, `/v1/consent-requests/${questions.first}/answer`, other), {
          status: 409,
          body: { code: 'consent/answered' },
        })
      }
    },
  )

  await t.test('the asker reads the answer, and consent releases nothing', async (t) => {
    const seen = await get('KH-ACD', `/v1/consent-requests/${questions.first}`)
    t.match(seen, {
      status: 200,
      body: { side: 'asker', status: 'granted', answer: { reason: 'agreed' } },
    })
    t.notMatch(JSON.stringify(seen.body), /TH-CCIB/, 'who answered is the originator’s own affair')
    t.equal((await get('VN-C06', `/v1/notices/${h2.id}`)).status, 404, 'consent releases nothing')
  })

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

  type Row = [title: string, answer: Promise<Answer>, status: number, code: string, at?: string]

  const wrongQuestions = async (): Promise<Row[]> => {
    const open = await logged({})
    const conditional = await logged({
      handling: { tlp: 'GREEN', codes: ['H2', 'H3'], conditions: 'call us' },
    })
    return [
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
    ]
  }

  const wrongAnswers = async (): Promise<Row[]> => {
    const { id } = (await ask('KH-ACD', h2)).body as { id: string }
    const answer = (body: object) => send('TH-CCIB', `/v1/consent-requests/${id}/answer`, body)
    return [
      [
        'until with a refusal',
        answer({ answer: 'refused', reason: 'r', until: '2030-01-01T00:00:00Z' }),
        422,
        'notice/bad-value',
        '/until',
      ],
      [
        'until in the past',
        answer({ ...granted, until: '2020-01-01T00:00:00Z' }),
        422,
        'notice/bad-value',
        '/until',
      ],
    ]
  }

  await t.test('a partner that asks is not told which names exist', async (t) => {
    for (const to of ['VN', 'VN-C06', 'XX', 'XX-1'])
      t.match(
        await ask('EXCHANGE-1', h2, { to: [to], reason: 'r' }),
        { status: 201, body: { to: [to], status: 'waiting' } },
        to,
      )
  })

  await t.test('a question that is not right is refused by name', async (t) => {
    for (const [title, answer, status, code, pointer] of [
      ...(await wrongQuestions()),
      ...(await wrongAnswers()),
    ]) {
      const { body, ...rest } = await answer
      t.match({ ...rest, body }, { status, body: { code } }, `${title}: ${JSON.stringify(body)}`)
      if (pointer !== undefined) t.match(body, { errors: [{ pointer }] }, title)
    }
  })
}
