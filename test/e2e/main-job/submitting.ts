import type { Test } from 'tap'
import { arrived, call, post, readFeed } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { refusedBodies } from '../refused-bodies.ts'
import { info } from './world.ts'

export const submitting = async (t: Test): Promise<void> => {
  await t.test(
    'the same id and content again gets the first answer; other content is refused',
    async (t) => {
      const notice = phone()
      const first = await post(info, 'TH', notice)
      const again = await post(info, 'TH', notice)
      t.same([again.status, again.body], [202, first.body])
      const other = await post(info, 'TH', { ...notice, narrative: 'other' })
      t.match(other, {
        status: 409,
        body: { code: 'notice/id-reused', errors: [{ pointer: '/id' }] },
      })
      const parallel = phone()
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => post(info, 'TH', parallel)),
      )
      t.equal(
        new Set(answers.map((a) => JSON.stringify([a.status, a.body]))).size,
        1,
        'twenty at once get one answer',
      )
      await arrived(info, 'KH-ACD', parallel.id)
      t.equal(
        (await readFeed(info, 'KH-ACD')).entries.filter((e) => e.notice.id === parallel.id).length,
        1,
        'and make one entry',
      )
    },
  )

  await t.test('bad bodies', async (t) => {
    for (const [title, body, status, code, pointer] of refusedBodies) {
      const answer = await post(info, 'TH', body)
      t.match(
        answer,
        {
          status,
          body: {
            code,
            status,
            title: String,
            advice: String,
            type: `urn:switchboard:problem:${code}`,
          },
        },
        title,
      )
      t.match(answer.headers.get('content-type'), 'application/problem+json')
      if (pointer !== undefined)
        t.match(answer.body, { errors: [{ pointer, code, detail: String }] }, `${title}: pointer`)
    }
    for (const url of [
      `${info.gateways['TH']!.url}/v1/notices`,
      `${info.feeds.url}/v1/feeds/all`,
    ]) {
      const thai = await call(url, undefined, { headers: { 'accept-language': 'th-TH, en;q=0.5' } })
      t.match(
        thai,
        { status: 401, body: { code: 'auth/no-token', title: 'ไม่มีโทเคน' } },
        'in the language asked for',
      )
      t.equal(thai.headers.get('content-language'), 'th')
    }
    const form = await call(`${info.gateways['TH']!.url}/v1/notices`, info.gateways['TH']!.token, {
      method: 'POST',
      body: 'a=b',
      headers: { 'content-type': 'text/plain' },
    })
    t.match(form, { status: 415, body: { code: 'body/media-type' } })
  })
}
