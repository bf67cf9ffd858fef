import type { Test } from 'tap'
import { followFeed } from '#deploy/local/demo/feed-reader.ts'
import { arrived, post, readFeed } from '#test/support/clients.ts'
import { account, phone, wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { info } from './world.ts'

export const reading = async (t: Test): Promise<void> => {
  await t.test('each kind is in the feed of its kind, in log order, and no other', async (t) => {
    const notices = {
      'phone-number': phone(),
      'bank-account': account(),
      'wallet-address': wallet(),
    }
    for (const notice of Object.values(notices)) await post(info, 'TH', notice)
    for (const [kind, notice] of Object.entries(notices)) {
      await arrived(info, 'KH-ACD', notice.id, kind)
      const { entries } = await readFeed(info, 'KH-ACD', kind)
      t.ok(entries.every((e) => e.notice['kind'] === kind))
      const indexes = entries.map((e) => e.proof!.index)
      t.same(
        indexes,
        indexes.toSorted((a, b) => a - b),
      )
    }
  })

  await t.test(
    'a live feed brings a notice at once, and resumes behind the last event',
    async (t) => {
      const stop = new AbortController()
      const { token } = info.feeds.agencies['VN-C06']!
      const { next } = await readFeed(info, 'VN-C06', 'phone-number')
      const seen: string[] = []
      const last: string[] = []
      const follow = async (signal: AbortSignal, after: string): Promise<void> => {
        for await (const event of followFeed(`${info.feeds.url}/v1/feeds/phone-number`, token, {
          signal,
          after,
        })) {
          seen.push((JSON.parse(event.data) as { notice: { id: string } }).notice.id)
          last.push(event.id)
        }
      }
      const first = phone()
      const following = follow(stop.signal, next).catch(() => {})
      await post(info, 'TH', first)
      await until('the first notice', () => seen.includes(first.id))
      stop.abort()
      await following
      const missed = phone()
      await post(info, 'KH', missed)
      await arrived(info, 'VN-C06', missed.id)
      const again = new AbortController()
      const resumed = follow(again.signal, last.at(-1)!).catch(() => {})
      await until('the missed notice', () => seen.includes(missed.id))
      again.abort()
      await resumed
      t.same(seen, [first.id, missed.id], 'nothing twice, nothing lost')
    },
  )
}
