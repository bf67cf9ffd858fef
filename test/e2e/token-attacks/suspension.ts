import type { Test } from 'tap'
import {
  setClientStanding,
  setParticipantStanding,
  type RegistryChange,
} from '#core/registry/change.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { call } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { info, targets, pool, limitMs } from './world.ts'

export const suspension = async (t: Test): Promise<void> => {
  const change = (...changes: RegistryChange[]) =>
    changeRegistry(pool, { who: 'test', why: 'test' }, changes)

  await t.test(
    'within 5 s of its client being disabled a token that is still valid opens nothing, and the ' +
      'client gets no other',
    async (t) => {
      const { url } = targets[1]!
      const { token: held, clientId, clientSecret } = info.feeds.agencies['VN-C06']!
      t.equal((await call(url, held)).status, 200)
      await change(setClientStanding(clientId, 'suspended'))
      const refused = await until(
        'the refusal',
        async () => {
          const answer = await call(url, held)
          return answer.status === 200 ? undefined : answer
        },
        limitMs,
      )
      t.match(refused, { status: 403, body: { code: 'auth/suspended' } })
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      })
      t.notOk(
        (await call(`${info.feeds.url}/oauth/token`, undefined, { method: 'POST', body: form }))
          .body['access_token'],
        'no other token',
      )
      await change(setClientStanding(clientId, 'active'))
      await until('it may again', async () => (await call(url, held)).status === 200, limitMs)
    },
  )

  await t.test(
    'within 5 s of its suspension a participant’s tokens open nothing, at feeds, console and ' +
      'gateway',
    async (t) => {
      const { url, token: national } = info.gateways['KH']!
      await change(setParticipantStanding('KH', 'suspended'))
      await until(
        'refused at the feeds',
        async () =>
          (await call(targets[1]!.url, info.feeds.agencies['KH-ACD']!.token)).status === 403,
        limitMs,
      )
      await until(
        'refused at the console',
        async () => (await call(targets[2]!.url, info.ncb['KH']!.token)).status === 403,
        limitMs,
      )
      await until(
        'refused at its gateway',
        async () => (await call(`${url}/v1/notices`, national)).status === 403,
        limitMs,
      )
      t.equal(
        (await call(targets[1]!.url, info.feeds.agencies['JP-NPA']!.token)).status,
        200,
        'others read on',
      )
    },
  )
}
