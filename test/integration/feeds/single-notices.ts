import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { call, type Answer } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { world, inMemory, tokenOf } from './world.ts'

export const singleNotices = async (t: Test): Promise<void> => {
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
}
