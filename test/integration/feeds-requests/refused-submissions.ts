import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { admitAgency } from '#core/registry/change.ts'
import { until } from '#test/support/until.ts'
import { listed, submission, submit } from './submitting.ts'
import { world, purposes, get, send, absent } from './world.ts'

export const refusedSubmissions = async (t: Test): Promise<void> => {
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

  await t.test('a refusal tells a partner no name: none of them is unknown', async (t) => {
    const answers = await Promise.all(
      [
        { participants: ['KH'] },
        { participants: ['XX'] },
        { agencies: ['KH-ACD'] },
        { agencies: ['KH-NONE'] },
        { groups: ['MEKONG'] },
        { groups: ['NONE'] },
        { partners: ['EXCHANGE-1'] },
        { partners: ['NONE-1'] },
        { exclude: ['VN'] },
        { exclude: ['XX'] },
      ].map((release) => submit('EXCHANGE-1', submission({ handling: { tlp: 'AMBER', release } }))),
    )
    t.equal(new Set(answers.map((answer) => JSON.stringify(absent(answer)))).size, 1)
    t.match(answers[0], { status: 422, body: { code: 'notice/unknown-member' } })
  })

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
