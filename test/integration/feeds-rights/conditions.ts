import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { inMemory, both, tokenOf, readAll, log, of } from './world.ts'

export const conditions = async (t: Test): Promise<void> => {
  const content = forKh({
    narrative: 'canary',
    handling: {
      tlp: 'AMBER',
      release: { participants: ['KH', 'VN'] },
      codes: ['H3'],
      conditions: 'Ask TH-CCIB before an arrest.',
    },
  })

  const acknowledge = (agency: string, id: string) =>
    call(`${inMemory.url}/v1/notices/${id}/acknowledge-conditions`, tokenOf(agency), {
      method: 'POST',
    })

  await t.test(
    'H3: the conditions are shown first, and the content once the agency has acknowledged them',
    async (t) => {
      await log({ content })
      for (const [where, feeds] of both) {
        const [pending] = of((await readAll(feeds, 'KH-ACD')).entries, content)
        t.match(
          pending,
          {
            event: 'notice.published',
            envelope: null,
            proof: null,
            notice: {
              issuer: 'TH',
              version: 1,
              handling: { codes: ['H3'], conditions: 'Ask TH-CCIB before an arrest.' },
            },
          },
          where,
        )
        t.strictSame(
          Object.keys(pending!.notice).sort(),
          ['handling', 'id', 'issuer', 'status', 'version'],
          where,
        )
      }
      t.equal(
        (await acknowledge('JP-NPA', content.id)).status,
        404,
        'nobody acknowledges what is not his to see',
      )
      const plain = forKh()
      await log({ content: plain })
      t.match(await acknowledge('KH-ACD', plain.id), {
        status: 409,
        body: { code: 'notice/no-conditions' },
      })
      t.match(await acknowledge('KH-ACD', content.id), {
        status: 200,
        body: { notice: { narrative: 'canary' }, envelope: String },
      })
      t.match(
        await acknowledge('KH-ACD', content.id),
        { status: 200, body: { notice: { narrative: 'canary' } } },
        'twice counts once',
      )
      for (const [where, feeds] of both) {
        await until(
          `the content is given ${where}`,
          async () =>
            of((await readAll(feeds, 'KH-ACD')).entries, content)[0]?.notice['narrative'] ===
            'canary',
        )
        t.equal(
          of((await readAll(feeds, 'VN-C06')).entries, content)[0]?.envelope,
          null,
          `${where}: for one agency, not for another`,
        )
      }
    },
  )
}
