import type { Test } from 'tap'
import { arrived, call, post, readFeed } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { info } from './world.ts'

export const versions = async (t: Test): Promise<void> => {
  await t.test('a next version, a wrong If-Match, a changed subject, a revocation', async (t) => {
    const notice = wallet({ narrative: 'first' })
    const url = `${info.gateways['TH']!.url}/v1/notices/${notice.id}`
    const { token } = info.gateways['TH']!
    const json = { 'content-type': 'application/json' }
    const put = (body: object, headers: Record<string, string>) =>
      call(url, token, {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { ...json, ...headers },
      })
    await post(info, 'TH', notice)
    const second = { ...notice, narrative: 'second' }
    t.match(await put(second, {}), { status: 428, body: { code: 'notice/precondition-required' } })
    t.match(await put(second, { 'if-match': '"7"' }), {
      status: 412,
      body: { code: 'notice/precondition-failed' },
    })
    t.match(
      await put(
        {
          ...second,
          subject: { address: '0x05E0b5B40B7b66098C2161A5EE11C5740A3A7C45', chain: 'evm' },
        },
        { 'if-match': '"1"' },
      ),
      { status: 422, body: { code: 'notice/subject-changed' } },
    )
    t.match(await put(second, { 'if-match': '"1"' }), { status: 202, body: { version: 2 } })
    t.match(
      await put(second, { 'if-match': '"1"' }),
      { status: 202, body: { version: 2 } },
      'repeated, it gets the first answer',
    )
    const isVersion = (version: number) => async () =>
      (await readFeed(info, 'KH-ACD')).entries.find(
        (e) => e.notice.id === notice.id && e.notice['version'] === version,
      )
    t.match(await until('version 2', isVersion(2)), {
      event: 'notice.updated',
      notice: { narrative: 'second' },
    })
    const revoke = (reason: string) =>
      call(`${url}/revoke`, token, {
        method: 'POST',
        body: JSON.stringify({ reason }),
        headers: json,
      })
    t.match(await revoke('wrong person'), { status: 202, body: { version: 3 } })
    t.match(await revoke('wrong person'), { status: 202, body: { version: 3 } })
    t.match(await until('the revocation', isVersion(3)), {
      event: 'notice.revoked',
      notice: { status: 'revoked', reason: 'wrong person' },
    })
    t.match(await put(second, { 'if-match': '"3"' }), {
      status: 409,
      body: { code: 'notice/final' },
    })
  })

  await t.test(
    'a notice whose expiry comes is said to be over to whoever has it, and no longer given',
    async (t) => {
      const notice = wallet({
        handling: {
          tlp: 'AMBER',
          release: { participants: ['KH'] },
          expires: new Date(Date.now() + 4000).toISOString(),
        },
      })
      await post(info, 'TH', notice)
      const { next } = await readFeed(info, 'VN-C06')
      t.equal((await arrived(info, 'KH-ACD', notice.id)).event, 'notice.published')
      const over = await until(
        'the expiry',
        async () =>
          (await readFeed(info, 'KH-ACD')).entries.find(
            (e) => e.notice.id === notice.id && e.event === 'notice.expired',
          ),
        15_000,
      )
      t.match(over, { envelope: null, notice: { status: 'expired' } })
      t.notOk('subject' in over.notice, 'without content')
      const byId = await call(
        `${info.feeds.url}/v1/notices/${notice.id}`,
        info.feeds.agencies['KH-ACD']!.token,
      )
      t.notMatch(JSON.stringify(byId.body), /0x098B/i, 'nor is it given by its id')
      t.same(
        (await readFeed(info, 'VN-C06', 'all', next)).entries.filter(
          (e) => e.notice.id === notice.id,
        ),
        [],
        'who never had it is told nothing',
      )
    },
  )
}
