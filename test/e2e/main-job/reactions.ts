import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { answered, arrived, call, post, statusOf, type Answer } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { info } from './world.ts'

export const reactions = async (t: Test): Promise<void> => {
  const react = (by: string, notice: string, body: object): Promise<Answer> =>
    call(`${info.gateways[by]!.url}/v1/notices/${notice}/reactions`, info.gateways[by]!.token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  const saidOf = (by: string, id: unknown): Promise<Answer> =>
    call(`${info.gateways[by]!.url}/v1/said/${String(id)}`, info.gateways[by]!.token)

  const settled = (by: string, id: unknown): Promise<Answer> =>
    until(`an answer to ${String(id)}`, async () => {
      const state = await saidOf(by, id)
      return state.body['status'] === 'queued' ? undefined : state
    })

  await t.test(
    'who has a notice reacts at its own gateway, and the originator is shown the country, never ' +
      'the agency or the person',
    async (t) => {
      const notice = wallet()
      await post(info, 'TH', notice)
      await arrived(info, 'KH-ACD', notice.id)
      const body = {
        issuer: 'TH',
        reaction: 'acted',
        action: 'frozen',
        amount: { value: '250000.00', currency: 'THB' },
        note: 'frozen on the same day',
      }
      const said = await react('KH', notice.id, body)
      t.match(said, { status: 202, body: { status: 'queued' } })
      t.equal(said.headers.get('location'), `/v1/said/${String(said.body['id'])}`)
      t.match((await settled('KH', said.body['id'])).body, {
        type: 'reaction',
        status: 'accepted',
        receipt: { index: Number },
      })
      const shown = await until('the reaction at the originator', async () => {
        const state = await statusOf(info, 'TH', notice.id)
        const all = state.body['reactions'] as Record<string, unknown>[]
        return all.length > 0 ? all : undefined
      })
      const { issuer: _, ...rest } = body
      t.match(shown, [{ participant: 'KH', ...rest, at: String }])
      t.notMatch(JSON.stringify(shown), /KH-ACD|agency|person/)
      t.same((await react('KH', notice.id, body)).body['id'], said.body['id'], 'it counts once')
    },
  )

  await t.test('what is hidden and what is not there end alike', async (t) => {
    const hidden = wallet({ handling: { tlp: 'RED', release: { agencies: ['VN-C06'] } } })
    await post(info, 'TH', hidden)
    await answered(info, 'TH', hidden.id)
    const ends = await Promise.all(
      [hidden.id, randomUUID()].map(async (id) => {
        const said = await react('KH', id, { issuer: 'TH', reaction: 'seen-too' })
        t.equal(said.status, 202)
        const { receipt, ...state } = (await settled('KH', said.body['id'])).body
        const { code, pointer, status } = receipt as Record<string, unknown>
        return { status: state['status'], receipt: { code, pointer, status } }
      }),
    )
    t.same(ends[0], ends[1])
    t.match(ends[0], { status: 'rejected', receipt: { code: 'notice/not-found' } })
    t.same((await statusOf(info, 'TH', hidden.id)).body['reactions'], [])
  })

  await t.test('who was told of a revocation may react, who was not may not', async (t) => {
    const notice = wallet({ handling: { tlp: 'GREEN' } })
    await post(info, 'TH', notice)
    await arrived(info, 'KH-ACD', notice.id)
    await call(
      `${info.gateways['TH']!.url}/v1/notices/${notice.id}/revoke`,
      info.gateways['TH']!.token,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'another person' }),
      },
    )
    await until('the revocation', async () => {
      const { body } = await statusOf(info, 'TH', notice.id)
      return body['noticeStatus'] === 'revoked' && body['status'] === 'accepted'
    })
    for (const [by, status] of [
      ['KH', 'accepted'],
      ['VN', 'rejected'],
    ] as const) {
      // That it was told is written up to a second after the hand-over: a reaction that comes
      // before is refused, and is taken when it is sent again.
      const end = await until(`${status} for ${by}`, async () => {
        const said = await react(by, notice.id, { issuer: 'TH', reaction: 'false-positive' })
        const { body } = await settled(by, said.body['id'])
        return body['status'] === status ? body : undefined
      })
      t.match(end, { status }, by)
    }
  })

  await t.test('a reaction that is not one is refused with its place', async (t) => {
    const { id } = wallet()
    for (const [body, code, pointer] of [
      [{ issuer: 'TH' }, 'notice/missing-member', '/reaction'],
      [{ issuer: 'TH', reaction: 'like' }, 'notice/bad-value', '/reaction'],
      [{ issuer: 'TH', reaction: 'useful', by: 'x' }, 'notice/unknown-member', '/by'],
      [
        { issuer: 'TH', reaction: 'acted', amount: { value: '1e9', currency: 'THB' } },
        'notice/bad-value',
        '/amount/value',
      ],
      [{ issuer: 'TH', reaction: 'useful', note: 'x'.repeat(2001) }, 'notice/bad-value', '/note'],
    ] as const)
      t.match(
        await react('KH', id, body),
        { status: 422, body: { errors: [{ code, pointer }] } },
        pointer,
      )
    t.equal((await saidOf('KH', randomUUID())).status, 404)
  })
}
