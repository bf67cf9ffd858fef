import type { Test } from 'tap'
import {
  setAgencyStanding,
  setClient,
  setClientStanding,
  setParticipantStanding,
} from '#core/registry/change.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { call } from '#test/support/clients.ts'
import { clientSecret } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { world, inMemory, tokenOf, asked } from './world.ts'

export const standing = async (t: Test): Promise<void> => {
  await t.test(
    'a suspended client, agency or participant is 403 within 5 s, and back as soon',
    async (t) => {
      const changes = [
        ['client', setClientStanding('jp-npa', 'suspended'), setClientStanding('jp-npa', 'active')],
        ['agency', setAgencyStanding('JP-NPA', 'suspended'), setAgencyStanding('JP-NPA', 'active')],
        [
          'participant',
          setParticipantStanding('JP', 'suspended'),
          setParticipantStanding('JP', 'active'),
        ],
      ] as const
      const status = async (): Promise<number> =>
        (await call(`${inMemory.url}/v1/feeds/all`, tokenOf('JP-NPA'))).status
      for (const [what, suspend, resume] of changes) {
        await world.change(suspend)
        await until(`${what} is suspended`, async () => (await status()) === 403, 5000)
        const refused = await asked(inMemory, {
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: 'jp-npa',
            client_secret: clientSecret,
          }),
        })
        t.match(
          refused,
          { status: 403, body: { code: 'auth/suspended', error: 'unauthorized_client' } },
          what,
        )
        t.match(await call(`${inMemory.url}/v1/feeds/all`, tokenOf('JP-NPA')), {
          body: { code: 'auth/suspended' },
        })
        await world.change(resume)
        await until(`${what} is back`, async () => (await status()) === 200, 5000)
      }
    },
  )

  await t.test(
    'a token is no longer good when its client has another agency or purpose',
    async (t) => {
      const client = (await loadRegistry(world.pool)).clients.get('kh-rescue')!
      t.equal((await call(`${inMemory.url}/v1/feeds/all`, tokenOf('KH-RESCUE'))).status, 200)
      await world.change(setClient({ ...client, purpose: 'crime-prevention' }))
      await until(
        'the token is refused',
        async () =>
          (await call(`${inMemory.url}/v1/feeds/all`, tokenOf('KH-RESCUE'))).status === 401,
        5000,
      )
    },
  )
}
