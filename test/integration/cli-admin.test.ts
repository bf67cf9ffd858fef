import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { checkSecret } from '#runtime/client-secret.ts'
import { createPool } from '#runtime/database.ts'
import { createLog } from '#runtime/log.ts'
import { loadRegistry } from '#store/registry.ts'
import { freshDatabase } from '#test/support/database.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'
import { run } from '../../services/cli/program.ts'

const database = await freshDatabase(t)
const { brokers } = await stack()
const pool = createPool({ url: database, max: 2, applicationName: 'test', log: createLog({ service: 'test', level: 'silent' }) })
t.teardown(() => pool.end())
const folder = t.testdir()

type Ran = { code: number; out: string[]; err: string }

const admin = async (args: readonly string[], input = ''): Promise<Ran> => {
  const [out, err]: [string[], string[]] = [[], []]
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), read: async () => Buffer.from(input), signal: new AbortController().signal }
  return { code: await run(['admin', ...args], io), out, err: err.join('\n') }
}
const onHub = (args: readonly string[], input = ''): Promise<Ran> => admin([...args, '--database', database], input)
const change = (args: readonly string[], input = ''): Promise<Ran> => onHub([...args, '--who', 'tester', '--why', 'a test'], input)

// Kafka is shared by all tests, so the participants have names of their own.
const [th, ex] = [uniqueName('TH'), uniqueName('EX')]
const file = JSON.stringify({
  participants: [{ id: th, type: 'member', name: 'Thailand' }, { id: ex, type: 'corporate-partner', name: 'Exchange', attachedTo: th }],
  agencies: [{ id: 'A-1', participant: th, name: 'Bureau', rights: ['read', 'submit'], purposes: ['victim-rescue'], roles: ['ncb'] }],
  groups: [{ id: 'G', name: 'Group', members: [th] }],
  clients: [{ id: 'made', agency: 'A-1', purpose: 'victim-rescue' }, { id: 'given', agency: 'A-1', purpose: 'victim-rescue', secret: 'a secret of enough length' }],
})

await t.test('without tables every command names the one that makes them; made twice, they are made once', async (t) => {
  const before = await onHub(['registry', 'show'])
  t.equal(before.code, 1)
  t.match(before.err, /run: switchboard admin migrate/)
  t.match((await onHub(['migrate'])).out[0], /^applied 001_/)
  t.same((await onHub(['migrate'])).out, ['the tables are up to date'])
})

await t.test('a registry file is imported as one version, and again as none; a secret is shown once', async (t) => {
  const first = await change(['registry', 'import', '-'], file)
  t.equal(first.code, 0, first.err)
  t.match(first.err, /registry version 1/)
  t.equal(first.out.length, 1, 'only the secret that was made is shown')
  const { clientId, clientSecret } = JSON.parse(first.out[0]!) as { clientId: string; clientSecret: string }
  t.equal(clientId, 'made')
  const again = await change(['registry', 'import', '-'], file)
  t.match(again.err, /registry version 1/)
  t.same(again.out, [])
  const registry = await loadRegistry(pool)
  t.ok(await checkSecret(clientSecret, registry.clients.get('made')!.secretHash))
  t.ok(await checkSecret('a secret of enough length', registry.clients.get('given')!.secretHash))
  const { rows } = await pool.query<{ who: string; why: string }>('select who, why from registry_change')
  t.same(rows, [{ who: 'tester', why: 'a test' }])
})

await t.test('of a file with a fault nothing is written, and the fault is named by its place', async (t) => {
  const bad = { participants: [{ id: 'LA', type: 'member', name: 'Lao PDR' }], clients: [{ id: 'x', agency: 'nobody', purpose: 'victim-rescue', secret: 'not to be repeated' }] }
  const refused = await change(['registry', 'import', '-'], JSON.stringify(bad))
  t.equal(refused.code, 1)
  t.match(refused.err, /registry\/unknown-name[^]*\/clients\/0\/agency/)
  t.notMatch(refused.err, /not to be repeated/)
  t.match((await change(['registry', 'import', '-'], '{"a":1,"a":2}')).err, /body\/duplicate-key/)
  t.equal((await loadRegistry(pool)).version, 1)
})

await t.test('the registry is shown as it is and as it was, without secrets', async (t) => {
  await change(['participant', 'suspend', th])
  const [now, then] = await Promise.all([onHub(['registry', 'show']), onHub(['registry', 'show', '--version', '1'])])
  const status = ({ out }: Ran) => (JSON.parse(out.join('')) as { participants: { id: string; status: string }[] }).participants.find((p) => p.id === th)?.status
  t.same([status(now), status(then)], ['suspended', 'active'])
  t.notMatch(now.out.join(''), /scrypt|secretHash/)
})

await t.test('participants, agencies, groups and clients are changed one by one, each as a version with its reason', async (t) => {
  const rows: [string[], number, RegExp][] = [
    [['participant', 'reinstate', th], 0, /is reinstated/],
    [['participant', 'reinstate', th], 0, /is reinstated/],
    [['participant', 'suspend', 'nobody'], 1, /no participant nobody/],
    [['participant', 'admit', 'LA', '--type', 'member', '--name', 'Lao PDR'], 0, /LA is admitted/],
    [['participant', 'withdraw', 'LA'], 0, /LA is withdrawn/],
    [['participant', 'admit', 'LA', '--type', 'member', '--name', 'Lao PDR'], 0, /LA is admitted/],
    [['participant', 'withdraw', 'LA'], 0, /LA is withdrawn/],
    [['agency', 'admit', 'A-2', '--participant', th, '--name', 'Desk', '--rights', 'read,lookup', '--roles', 'victim-desk'], 0, /A-2 is admitted/],
    [['agency', 'admit', 'A-2', '--participant', ex, '--name', 'Desk'], 1, /registry\/other-owner/],
    [['agency', 'suspend', 'A-2'], 0, /A-2 is suspended/],
    [['agency', 'reinstate', 'A-2'], 0, /A-2 is reinstated/],
    [['agency', 'suspend', 'A-9'], 1, /no agency A-9/],
    [['group', 'set', 'G', '--name', 'Group', '--members', `${th},LA`], 0, /G has 2 members/],
    [['client', 'suspend', 'made'], 0, /made is suspended/],
    [['client', 'reinstate', 'made'], 0, /made is reinstated/],
    [['client', 'suspend', 'nobody'], 1, /no client nobody/],
  ]
  for (const [args, code, text] of rows) {
    const ran = await change(args)
    t.equal(ran.code, code, args.join(' '))
    t.match(`${ran.out.join()} ${ran.err}`, text)
  }
  const registry = await loadRegistry(pool)
  t.equal(registry.participants.get('LA')!.admitted.length, 2, 'both times it belonged are kept')
  t.match(registry.agencies.get('A-2'), { rights: ['read', 'lookup'], roles: ['victim-desk'], status: 'active' })
  t.equal(registry.version, 13, 'what changes nothing makes no version')
  const reason = await onHub(['participant', 'suspend', th, '--why', ' '])
  t.equal(reason.code, 2, 'a change without a reason is none')
})

await t.test("a client's secret is shown when it is made, and proves it", async (t) => {
  const made = await change(['client', 'create', 'c-1', '--agency', 'A-2', '--purpose', 'victim-rescue'])
  const { clientId, clientSecret } = JSON.parse(made.out[0]!) as { clientId: string; clientSecret: string }
  t.equal(clientId, 'c-1')
  t.ok(await checkSecret(clientSecret, (await loadRegistry(pool)).clients.get('c-1')!.secretHash))
  t.equal((await change(['client', 'create', 'c-1', '--agency', 'A-2', '--purpose', 'victim-rescue'])).code, 1)
})

await t.test('a key is made, enrolled for one owner, and revoked for good', async (t) => {
  const out = resolve(folder, 'notice.jwk')
  const made = await admin(['key', 'generate', '--out', out])
  const { kid } = JSON.parse(made.out[0]!) as { kid: string }
  t.match((await change(['key', 'enrol', '--participant', th, '--file', '-'], made.out[0])).out[0], new RegExp(kid))
  const rows: [string[], string, RegExp][] = [
    [['key', 'enrol', '--participant', ex, '--file', '-'], made.out[0]!, /registry\/other-owner/],
    [['key', 'enrol', '--participant', th, '--file', '-'], await readFile(out, 'utf8'), /key\/private/],
    [['key', 'enrol', '--participant', 'hub', '--file', '-'], made.out[0]!, /registry\/bad-purpose/],
    [['key', 'revoke', 'unknown', '--reason', 'compromised'], '', /no key unknown/],
  ]
  for (const [args, input, text] of rows) {
    const ran = await change(args, input)
    t.equal(ran.code, 1, args.join(' '))
    t.match(ran.err, text)
  }
  t.equal((await change(['key', 'revoke', kid, '--reason', 'superseded'])).code, 0)
  t.match((await change(['key', 'revoke', kid, '--reason', 'compromised'])).err, /revoked already, as superseded/)
  t.match((await loadRegistry(pool)).keys.get(kid), { status: 'superseded', valid: { from: Number, to: Number } })
})

await t.test('two administrators at once: one of them enrols a key, the other is told whose it is', async (t) => {
  const made = await admin(['key', 'generate', '--out', resolve(folder, 'raced.jwk')])
  await change(['participant', 'admit', 'MM', '--type', 'member', '--name', 'Myanmar'])
  const both = await Promise.all([th, 'MM'].map((p) => change(['key', 'enrol', '--participant', p, '--file', '-'], made.out[0])))
  t.same(both.map((ran) => ran.code).sort((a, b) => a - b), [0, 1])
})

await t.test('kafka apply shows its plan, makes a pair of topics per country, and again none', async (t) => {
  const apply = (...more: string[]) => onHub(['kafka', 'apply', '--brokers', brokers.join(), ...more])
  await change(['participant', 'withdraw', 'MM'])
  const topics = ({ out }: Ran, mark: string) => out.filter((line) => line.startsWith(`${mark} topic `)).map((line) => /\S+\.\S+/.exec(line)?.[0])
  const pair = [`replies.${th}`, `submitted.${th}`]
  const plan = await apply('--dry-run', '--partitions', '2')
  t.same(topics(plan, '+'), pair, 'none for a corporate partner, nor for who has withdrawn')
  t.match(plan.out.join('\n'), /partitions 2, replication 1/)
  t.same(topics(await apply(), '+'), pair, 'the plan has changed nothing')
  const again = await apply()
  t.same([topics(again, '+'), topics(again, '=')], [[], pair])
})

await t.test('what cannot be reached is exit code 3', async (t) => {
  t.equal((await admin(['registry', 'show', '--database', 'postgres://127.0.0.1:2/none'])).code, 3)
  t.equal((await onHub(['kafka', 'apply', '--brokers', '127.0.0.1:2'])).code, 3)
})
