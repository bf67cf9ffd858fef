import type { Test } from 'tap'
import { answered, arrived, call, post, statusOf } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { info } from './world.ts'

export const lists = async (t: Test): Promise<void> => {
  await t.test('an agency lists its own notices, page by page', async (t) => {
    const url = `${info.gateways['TH']!.url}/v1/notices`
    const { token } = info.gateways['TH']!
    const ids: string[] = []
    for (let next = '0', end = false; !end;) {
      const page = await call(`${url}?limit=7&after=${next}`, token)
      t.equal(page.status, 200)
      ids.push(...(page.body['notices'] as { id: string }[]).map((n) => n.id))
      ;({ next, end } = page.body as { next: string; end: boolean })
    }
    t.ok(ids.length > 7)
    t.match(await call(`${url}?limit=0`, token), {
      status: 400,
      body: { code: 'request/bad-parameter' },
    })
    t.match(await call(`${url}?status=lost`, token), {
      status: 400,
      body: { code: 'request/bad-parameter' },
    })
    t.match(await call(`${url}?after=x`, token), {
      status: 400,
      body: { code: 'request/bad-cursor' },
    })
    t.match(
      await statusOf(info, 'KH', ids[0]!),
      { status: 404, body: { code: 'notice/not-found' } },
      "another country's gateway does not have it",
    )
  })

  await t.test(
    'an originator sees what is due for a look before its review and its expiry, and readers ' +
      'see the review date',
    async (t) => {
      const inDays = (days: number): string =>
        new Date(Date.now() + days * 86_400_000).toISOString()
      const url = `${info.gateways['TH']!.url}/v1/notices`
      const { token } = info.gateways['TH']!
      const soon = phone({ handling: { tlp: 'GREEN', review: inDays(10), expires: inDays(60) } })
      const later = phone({ handling: { tlp: 'GREEN', expires: inDays(20) } })
      for (const notice of [soon, later]) await post(info, 'TH', notice)
      for (const notice of [soon, later]) await answered(info, 'TH', notice.id)
      t.match((await statusOf(info, 'TH', soon.id)).body, { due: ['review'], expires: String })
      t.match((await statusOf(info, 'TH', later.id)).body, { due: ['expiry'], review: null })
      const due = async (what: string) =>
        (
          (await call(`${url}?due=${what}&limit=500`, token)).body['notices'] as { id: string }[]
        ).map((n) => n.id)
      t.same(await due('review'), [soon.id])
      t.ok((await due('expiry')).includes(later.id))
      t.match(await call(`${url}?due=lunch`, token), {
        status: 400,
        body: { code: 'request/bad-parameter' },
      })
      t.match(await call(`${url}?due=review&status=held`, token), {
        status: 400,
        body: { code: 'request/bad-parameter' },
      })
      t.match((await arrived(info, 'KH-ACD', soon.id)).notice, {
        handling: { review: (soon as unknown as { handling: { review: string } }).handling.review },
      })
    },
  )
}
