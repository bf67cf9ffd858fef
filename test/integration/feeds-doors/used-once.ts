import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Test } from 'tap'
import { setClient } from '#core/registry/change.ts'
import { deleteUsedAssertions, maxUsedAssertions } from '#store/registry/used-assertions.ts'
import type { Answer } from '#test/support/clients.ts'
import type { FeedsProcess } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { ask, world } from './world.ts'

export const usedOnce = async (t: Test): Promise<void> => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  await world.change(
    setClient({
      id: 'vn-signed',
      agency: 'VN-C06',
      purpose: 'criminal-investigation',
      jwks: [publicKey.export({ format: 'jwk' })],
    }),
  )
  const sign = (jti = randomUUID() as string): Promise<string> =>
    new SignJWT({ iss: 'vn-signed', sub: 'vn-signed', aud: 'switchboard-feeds', jti })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setExpirationTime('120s')
      .sign(privateKey)
  const use = (feeds: FeedsProcess, assertion: string): Promise<Answer> =>
    ask(feeds, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
  const known = (feeds: FeedsProcess): Promise<true> =>
    until(
      'the client is known',
      async () => (await use(feeds, await sign())).status === 200 || false,
    )

  await t.test(
    'an assertion is taken once among all processes, and not again after a restart',
    async (t) => {
      const [one, other] = [await world.start(), await world.start()]
      await Promise.all([one, other].map(known))
      const assertion = await sign()
      t.equal((await use(one, assertion)).status, 200)
      t.match(await use(other, assertion), { status: 401, body: { code: 'auth/bad-client' } })
      await one.close()
      const again = await world.start()
      t.match(await use(again, assertion), { status: 401, body: { code: 'auth/bad-client' } })
      const contested = await sign()
      const both = await Promise.all(
        [other, again, other, again].map((feeds) => use(feeds, contested)),
      )
      t.strictSame(
        both.map(({ status }) => status).toSorted((a, b) => a - b),
        [200, 401, 401, 401],
      )
      await Promise.all([other, again].map((feeds) => feeds.close()))
    },
  )

  await t.test(
    'what is over is forgotten in pieces, and a client has a bound of its own',
    async (t) => {
      const feeds = await world.start()
      await known(feeds)
      const now = Math.floor(Date.now() / 1000)
      await world.pool.query(
        `insert into used_assertion select 'vn-signed', int4send(i), $1 + i
         from generate_series(1, ${maxUsedAssertions}) as i`,
        [now - maxUsedAssertions],
      )
      t.match(await use(feeds, await sign()), {
        status: 429,
        body: { code: 'auth/too-many-assertions' },
      })
      t.equal(await deleteUsedAssertions(world.pool, now + 1), true, 'there is more')
      t.equal((await use(feeds, await sign())).status, 200)
      let pieces = 0
      while (await deleteUsedAssertions(world.pool, now + 1)) pieces += 1
      t.equal(pieces, 9)
      await feeds.close()
    },
  )
}
