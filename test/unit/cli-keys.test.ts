import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { readKeySet } from '../../services/cli/input/key-set.ts'
import { th } from './cli-fixtures.ts'

await t.test('keys are read from every form we print, strictly', (t) => {
  const of = (value: unknown) => [...readKeySet(value, 'f')].map(([kid, { owner }]) => [kid, owner])
  const kid = thumbprint(th.jwk)
  t.same(of(th.jwk), [[kid, undefined]], 'one JWK')
  t.same(of({ keys: [th.jwk] }), [[kid, undefined]], 'a JWK set')
  t.same(of({ keys: { TH: th.jwk } }), [[kid, 'TH']], 'demo.json')
  t.same(of({ keys: { 'hub.reply': th.jwk } }), [[kid, 'hub']], "the hub's in demo.json")
  t.same(
    of({ version: 1, keys: [{ kid, owner: 'TH', jwk: th.jwk }] }),
    [[kid, 'TH']],
    'admin registry show',
  )
  for (const none of [null, [], {}, { keys: [] }, 'x']) t.throws(() => of(none), /holds no keys/)
  t.throws(() => of({ ...th.jwk, d: 'AAAA' }), /key\/private/)
  t.throws(
    () => of({ kty: 'OKP', crv: 'Ed25519', x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
    /key\/weak/,
    'the neutral element',
  )
  t.end()
})
