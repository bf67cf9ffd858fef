import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { Answer } from '#test/support/clients.ts'
import { forKh, type Content } from '#test/support/feeds.ts'
import { idOf, listed, submission, submit } from './submitting.ts'
import { world, feeds, readAll, get, send, logged } from './world.ts'

export const submissions = async (t: Test): Promise<void> => {
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
}
