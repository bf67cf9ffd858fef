import type { Test } from 'tap'
import { mintOperatorToken, type OperatorClaims } from '#runtime/keys/operator-token.ts'
import { call } from '#test/support/clients.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'
import { until } from '#test/support/until.ts'
import { ncbTh, hub, other, ask, post, approve, enrol, type Who } from './world.ts'

export const revocation = async (t: Test): Promise<void> => {
  await t.test(
    'a compromised key is out of use at once in every process, the NCB itself may say so, and ' +
      'nothing lifts it',
    async (t) => {
      const key = keyPair()
      await approve('admin', await enrol('operator', key))
      t.equal(
        (await post('ncbKh', `/v1/keys/${key.kid}/revoke`, { reason: 'compromised' })).status,
        404,
      )
      const revoked = await post('ncbTh', `/v1/keys/${key.kid}/revoke`, {
        reason: 'compromised',
        suspectedSince: '2026-11-01T00:00:00Z',
      })
      t.match(revoked, { status: 202, body: { state: 'unconfirmed', inForceSince: Number } })
      await until(
        'the other process knows',
        async () =>
          (await ask('viewer', `/v1/keys/${key.kid}`, other)).body['status'] === 'compromised',
        5000,
      )
      t.match(
        await approve('admin', revoked),
        { status: 200, body: { state: 'approved' } },
        'the NCB and one person of the hub',
      )
      t.match(await post('operator', `/v1/keys/${key.kid}/revoke`, { reason: 'superseded' }), {
        status: 409,
        body: { code: 'registry/no-change' },
      })
      t.match(await enrol('operator', key), { status: 409, body: { code: 'key/retired' } })
      t.match((await ask('operator', `/v1/keys/${key.kid}/logged`)).body, {
        since: '2026-11-01T00:00:00.000000Z',
        notices: [],
        end: true,
      })
    },
  )

  await t.test(
    'keys are listed by owner, purpose and status; an NCB finds its own only',
    async (t) => {
      const kids = async (who: Who, query: string): Promise<string[]> =>
        ((await ask(who, `/v1/keys?limit=500${query}`)).body['keys'] as { kid: string }[]).map(
          (k) => k.kid,
        )
      t.ok((await kids('viewer', '')).length > 4)
      t.same(await kids('viewer', '&owner=TH&purpose=ncb'), [ncbTh.kid])
      t.same(await kids('ncbTh', '&purpose=ncb'), [ncbTh.kid])
      t.same(await kids('ncbKh', ''), [])
      t.same(await kids('ncbKh', '&owner=TH'), [], 'whatever it asks for')
      t.equal((await kids('viewer', '&status=compromised')).length, 1)
      const first = (await ask('viewer', '/v1/keys?limit=1')).body as {
        keys: { kid: string }[]
        next: string
        end: boolean
      }
      t.match(first, { next: first.keys[0]!.kid, end: false })
    },
  )

  await t.test(
    'a session key that is bound to a person signs for nobody else, and opens nothing once it ' +
      'is taken out',
    async (t) => {
      const [anna, keo] = [keyPair(), keyPair()]
      await hub.putSessionKeys([
        { ...anna.jwk, sub: 'anna', role: 'operator' },
        { ...keo.jwk, sub: 'keo', role: 'ncb', participant: 'KH' },
      ])
      const asked = async (by: KeyPair, claims: OperatorClaims): Promise<number> =>
        (await call(`${hub.url}/v1/proposals`, await mintOperatorToken(by.signer, claims, 600)))
          .status
      await until(
        'the keys are read',
        async () => (await asked(anna, { sub: 'anna', role: 'operator' })) === 200,
        5000,
      )
      const rows: [by: KeyPair, claims: OperatorClaims, status: number][] = [
        [keo, { sub: 'keo', role: 'ncb', participant: 'KH' }, 200],
        [anna, { sub: 'boris', role: 'operator' }, 401],
        [anna, { sub: 'anna', role: 'admin' }, 401],
        [keo, { sub: 'keo', role: 'ncb', participant: 'TH' }, 401],
        [keo, { sub: 'keo', role: 'admin' }, 401],
      ]
      for (const [by, claims, status] of rows)
        t.equal(await asked(by, claims), status, JSON.stringify(claims))
      await hub.putSessionKeys([{ ...keo.jwk, sub: 'keo', role: 'ncb', participant: 'KH' }])
      await until(
        'her token opens nothing',
        async () => (await asked(anna, { sub: 'anna', role: 'operator' })) === 401,
        5000,
      )
      t.equal(await asked(keo, { sub: 'keo', role: 'ncb', participant: 'KH' }), 200)
    },
  )
}
