import { randomUUID } from 'node:crypto'
import t from 'tap'
import {
  makeKey,
  serveKeys,
  maxAgeMs,
  outageMs,
  restMs,
  serveGateway,
} from './national-tokens-fixtures.ts'

await t.test('a key that the issuer adds is fetched when a token names it', async (t) => {
  const { state, url } = await serveKeys(t)
  const { clock, ask } = await serveGateway(t, url)
  const [first, second] = [makeKey('1'), makeKey('2')]
  state.keys = [first]
  t.equal((await ask(await first.sign())).status, 200)
  state.keys = [first, second]
  clock.ms += restMs
  t.equal((await ask(await second.sign())).status, 200)
  t.equal((await ask(await first.sign())).status, 200, 'both are good while both are in the set')
  t.equal(state.fetched, 2)
})

await t.test('unknown kids fetch once in a while, however many come', async (t) => {
  const { state, url } = await serveKeys(t)
  const { clock, ask } = await serveGateway(t, url)
  state.keys = [makeKey('1')]
  const storm = () =>
    Promise.all(Array.from({ length: 100 }, async () => ask(await makeKey(randomUUID()).sign())))
  for (const answer of await storm())
    t.match(answer, { status: 401, body: { code: 'auth/bad-token' } }, { diagnostic: false })
  t.equal(state.fetched, 1)
  clock.ms += restMs
  await storm()
  t.equal(state.fetched, 2, 'once more after the rest')
  t.equal((await ask(await state.keys[0]!.sign())).status, 200)
})

await t.test(
  "an outage of the issuer's server keeps the keys that are known, for as long as is set",
  async (t) => {
    const { state, url, start, stop } = await serveKeys(t)
    const { clock, errors, ask } = await serveGateway(t, url)
    const key = makeKey('1')
    state.keys = [key]
    t.equal((await ask(await key.sign())).status, 200)
    await stop()
    clock.ms = maxAgeMs + 1
    t.equal((await ask(await key.sign())).status, 200)
    t.ok(errors.length > 0, 'and it is in the log')
    t.match(
      await ask(await makeKey('2').sign()),
      { status: 401 },
      'a kid that is not known is none',
    )
    await start()
    state.broken = true
    clock.ms += restMs
    t.equal((await ask(await key.sign())).status, 200, 'an answer that is an error is an outage')
    clock.ms = maxAgeMs + outageMs + 1
    const away = await ask(await key.sign())
    t.match(away, { status: 503, body: { code: 'service/unavailable' } })
    t.ok(away.headers.get('retry-after'))
    state.broken = false
    clock.ms += restMs
    t.equal((await ask(await key.sign())).status, 200, 'and back again')
  },
)

await t.test(
  'a gateway that starts while the server is down answers 503, not 401, and asks it once in a ' +
    'while',
  async (t) => {
    const { state, url } = await serveKeys(t)
    const { clock, ask } = await serveGateway(t, url)
    const key = makeKey('1')
    Object.assign(state, { keys: [key], broken: true })
    for (const answer of await Promise.all(
      Array.from({ length: 20 }, async () => ask(await key.sign())),
    ))
      t.equal(answer.status, 503)
    t.equal(state.fetched, 1)
    state.broken = false
    clock.ms += restMs
    t.equal((await ask(await key.sign())).status, 200)
  },
)

await t.test(
  'a key that the issuer withdraws is refused when the set is too old, though its token is good',
  async (t) => {
    const { state, url } = await serveKeys(t)
    const { clock, ask } = await serveGateway(t, url)
    const [kept, withdrawn] = [makeKey('1'), makeKey('2')]
    state.keys = [kept, withdrawn]
    const token = await withdrawn.sign()
    t.equal((await ask(token)).status, 200)
    state.keys = [kept]
    clock.ms = maxAgeMs
    t.equal((await ask(token)).status, 200, 'until then it counts')
    clock.ms += 1
    t.match(await ask(token), { status: 401, body: { code: 'auth/bad-token' } })
    t.equal((await ask(await kept.sign())).status, 200)
  },
)
