import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import { due } from './due.ts'
import { notices } from './planted.ts'
import { info, laidOpen, held, shown, text, feeds } from './world.ts'

export const reads = async (t: Test): Promise<void> => {
  const topics = ['all', 'wallet-address', 'bank-account', 'phone-number']

  for (const [agency, { token }] of Object.entries(info.feeds.agencies)) {
    await t.test(
      `${agency} holds, by every channel of the feeds, what the table says and no more`,
      async (t) => {
        const expected = due((p) => p.readers[agency])
        const pages = await Promise.all(
          topics.map((topic) => text(`${feeds}/v1/feeds/${topic}?limit=500`, token)),
        )
        t.strictSame(shown(held(pages.join('\n'))), expected, 'pages')
        t.strictSame(
          shown(
            held(
              await text(`${feeds}/v1/feeds/all?limit=500`, token, {
                headers: { accept: 'application/x-ndjson' },
              }),
            ),
          ),
          expected,
          'NDJSON',
        )
        let small = ''
        for (let after = '', end = false; !end;) {
          const page = await call(
            `${feeds}/v1/feeds/all?limit=3${after && `&after=${after}`}`,
            token,
          )
          small += JSON.stringify(page.body)
          ;({ next: after, end } = page.body as { next: string; end: boolean })
        }
        t.strictSame(shown(held(small)), expected, 'pages of three, cursors with them')
        const stream = await openStream(`${feeds}/v1/feeds/all`, token)
        await until(
          'the stream has what is due',
          () => shown(held(JSON.stringify(stream.events))).length >= expected.length,
          10_000,
        )
        await delay(300) // for what must not come
        stream.close()
        t.strictSame(shown(held(JSON.stringify(stream.events))), expected, 'SSE')
        const byId = await Promise.all(
          notices.map(({ id }) => text(`${feeds}/v1/notices/${id}`, token)),
        )
        t.strictSame(shown(held(byId.join('\n'))), expected, 'by id')
        const everything = [...pages, small, ...byId].join('\n')
        if (agency !== 'TH-CCIB' && agency !== 'KH-ACD' && agency !== 'VN-C06')
          t.notMatch(
            laidOpen(everything),
            /"release"/,
            'release is shown to nobody but the originator',
          )
      },
    )
  }

  await t.test('errors tell no more: other methods, cursors, issuers and parameters', async (t) => {
    const { token } = info.feeds.agencies['EXCHANGE-1']!
    const cursor = (
      (await call(`${feeds}/v1/feeds/all?limit=1`, info.feeds.agencies['TH-CCIB']!.token)).body as {
        next: string
      }
    ).next
    const answers = await Promise.all(
      [
        `${feeds}/v1/feeds/all?after=${cursor}`,
        `${feeds}/v1/feeds/all?limit=0`,
        `${feeds}/v1/feeds/nothing`,
        `${feeds}/v1/feeds/all?after=x`,
        ...notices.flatMap(({ id }) => [
          `${feeds}/v1/notices/${id}?issuer=VN`,
          `${feeds}/v1/notices/${id}?issuer=TH&x=1`,
        ]),
      ].map((url) => text(url, token)),
    )
    t.strictSame(shown(held(answers.filter((a) => !a.startsWith('200')).join('\n'))), [])
    const foreign = await call(`${feeds}/v1/feeds/all?after=${cursor}`, token)
    t.match(
      foreign,
      { status: 400, body: { code: 'request/bad-cursor' } },
      'a cursor is its reader’s alone',
    )
  })
}
