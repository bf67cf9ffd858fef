import { rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t, { type Test } from 'tap'
import { signCountersignature } from '#core/signing/key-proof.ts'
import { formatMicros } from '#core/time.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'
import { until } from '#test/support/until.ts'
import { followOwnKey, type OwnKeyDeps } from '../../services/gateway/keys/own-key.ts'

type Enrolled = NonNullable<ReturnType<OwnKeyDeps['enrolled']>>[number]

const day = 86_400_000_000

const now = 1_800_000_000_000_000

const privateText = ({ privateKey }: KeyPair): string =>
  JSON.stringify(privateKey.export({ format: 'jwk' }))

const enrolment = ({ kid }: KeyPair, more: Partial<Enrolled> = {}): Enrolled => ({
  kid,
  purpose: 'notice',
  status: 'active',
  valid: { from: formatMicros(now - day) },
  ...more,
})

/** A gateway's key in a folder of its own. `hub` is the hub's last message. */
const follow = async (t: Test, key: KeyPair, enrolled: Enrolled[] | undefined, ncb?: KeyPair) => {
  const folder = t.testdir({
    ...(ncb && { 'ncb.jwks': JSON.stringify({ keys: [{ ...ncb.jwk, kid: ncb.kid }] }) }),
  })
  const file = resolve(folder, 'notice.jwk')
  const put = async (next: KeyPair): Promise<void> => {
    await writeFile(`${file}.next`, privateText(next), { mode: 0o600 })
    await rename(`${file}.next`, file)
  }
  await put(key)
  const hub = { enrolled, asked: 0 }
  const lines: { msg: string; level: string; kid?: string }[] = []
  const metrics = createMetrics('gateway')
  const log = createLog({
    service: 'gateway',
    destination: {
      write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
    },
  })
  const own = await followOwnKey({
    file,
    participant: 'TH',
    enrolled: () => (hub.asked++, hub.enrolled),
    now: () => now,
    metrics,
    log,
    lookMs: 10,
    ...(ncb && { ncbKeysFile: resolve(folder, 'ncb.jwks') }),
  })
  t.teardown(() => own.close())
  const expires = async (): Promise<string | undefined> =>
    /^switchboard_gateway_key_expires_seconds\{[^}]*\} (.*)$/m.exec(await metrics.text())?.[1]
  return { hub, own, put, lines, expires, folder }
}

await t.test(
  'another key in the file signs once the hub has it enrolled and valid, not before',
  async (t) => {
    const [first, second] = [keyPair(), keyPair()]
    const { hub, own, put, lines } = await follow(t, first, [enrolment(first)])
    await put(second)
    await until('the other key is seen', () => lines.some((line) => line.kid === second.kid))
    t.equal(own.signer.kid, first.kid)
    for (const waiting of [
      enrolment(second, { valid: { from: formatMicros(now + day) } }),
      enrolment(second, { status: 'compromised' }),
      enrolment(second, { purpose: 'witness' }),
    ]) {
      hub.enrolled = [enrolment(first), waiting]
      const before = hub.asked
      await until('it has looked', () => hub.asked > before + 4)
      t.equal(own.signer.kid, first.kid, JSON.stringify(waiting))
    }
    hub.enrolled = [enrolment(first), enrolment(second)]
    await until('it signs', () => own.signer.kid === second.kid)
    t.same(own.problems(), [])
    await put(first)
    await until('and back', () => own.signer.kid === first.kid)
  },
)

await t.test('a file that cannot be read leaves the key in use', async (t) => {
  const key = keyPair()
  const { own, lines, folder } = await follow(t, key, [enrolment(key)])
  await writeFile(resolve(folder, 'notice.jwk'), 'no key', { mode: 0o600 })
  await until('it is told', () => lines.some((line) => line.level === 'error'))
  t.equal(own.signer.kid, key.kid)
  t.notMatch(JSON.stringify(lines), /no key/)
})

await t.test(
  'how long the key is good is a metric; what ends within 30 days is said, once',
  async (t) => {
    const key = keyPair()
    const ending = (days: number): Enrolled =>
      enrolment(key, {
        valid: { from: formatMicros(now - day), to: formatMicros(now + days * day) },
      })
    const { hub, own, lines, expires } = await follow(t, key, undefined)
    t.same([await expires(), own.problems()], ['+Inf', []], 'nothing is known yet')
    hub.enrolled = [enrolment(key)]
    t.equal(await expires(), '+Inf')
    hub.enrolled = [ending(31)]
    t.equal(await expires(), String(31 * 86_400))
    hub.enrolled = [ending(12)]
    const said = () => lines.filter((line) => line.msg.includes('about to end'))
    await until('it is said', () => said().length > 0)
    t.match(said(), [{ level: 'warn', kid: key.kid, endsInDays: 12 }])
    for (const gone of [
      [],
      [ending(0)],
      [enrolment(key, { status: 'compromised' })],
      [enrolment(keyPair())],
    ]) {
      hub.enrolled = gone
      t.same(
        [await expires(), own.problems()],
        ['0', [`the hub does not take the notice key ${key.kid}: switchboard key enrol`]],
      )
    }
    t.equal(said().length, 1)
  },
)

await t.test(
  'with the keys of its NCB a gateway wants their countersignature over its own key',
  async (t) => {
    const [key, ncb, other] = [keyPair(), keyPair(), keyPair()]
    const { hub, own } = await follow(t, key, [enrolment(key)], ncb)
    const of = { owner: 'TH', kid: key.kid, purpose: 'notice', valid: {} } as const
    const problem = [
      `the notice key ${key.kid} carries no countersignature ` +
        'of its NCB: switchboard key countersign',
    ]
    t.same(own.problems(), problem, 'none')
    for (const [what, countersignature] of [
      ['another key', await signCountersignature(of, other.signer)],
      ['over another key', await signCountersignature({ ...of, kid: other.kid }, ncb.signer)],
      ['for another', await signCountersignature({ ...of, owner: 'KH' }, ncb.signer)],
    ] as const) {
      hub.enrolled = [enrolment(key, { countersignature })]
      t.same(own.problems(), problem, what)
    }
    hub.enrolled = [
      enrolment(key, { countersignature: await signCountersignature(of, ncb.signer) }),
    ]
    t.same(own.problems(), [])
  },
)
