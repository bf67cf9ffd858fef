import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { consentsOf } from '#store/requests/consents.ts'
import type { Answer } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { world, get, send, absent, h2, ask, granted, questions } from './world.ts'

export const consentLists = async (t: Test): Promise<void> => {
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
      const all = await consentsOf(world.pool, h2.id)
      const recorded = all.filter((c) => c.agency === 'KH-ACD').map((c) => c.id)
      t.ok(recorded.length >= 3)
      for (const agency of ['KH-ACD', 'EXCHANGE-1', 'TH-CCIB', 'TH-NCB'])
        for (const limit of [1, 2, 500])
          t.strictSame(
            (await page(agency, limit)).map((r) => r['id']),
            all.filter((c) => agency.startsWith('TH-') || c.agency === agency).map((c) => c.id),
            `${agency} by ${limit}`,
          )
      for (const agency of ['TH-DSI', 'KH-NCB', 'VN-C06', 'JP-NPA'])
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
          absent(await by(agency, questions.first)),
          absent(await by(agency, randomUUID())),
          `${what}, ${agency}`,
        )
      t.equal((await by(agencies[0]!, questions.first)).status, 404)
    }
    for (const agency of ['VN-C06', 'JP-NPA'])
      t.strictSame(
        absent(await ask(agency, h2)),
        absent(await ask(agency, forKh())),
        `a notice, ${agency}`,
      )
    t.equal((await ask('VN-C06', h2)).status, 404)
  })
}
