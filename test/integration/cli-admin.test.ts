import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { checkSecret } from '#runtime/keys/client-secret.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import type { OperatorClaims } from '#runtime/keys/operator-token.ts'
import { startTestConsole, type TestConsole } from '#test/support/console.ts'
import { freshDatabase } from '#test/support/database.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'
import { run } from '../../services/cli/program.ts'

const database = await freshDatabase(t)
const { brokers } = await stack()
const pool = createPool({
  url: database,
  max: 2,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'silent' }),
})
t.teardown(() => pool.end())
const folder = t.testdir()

type Ran = { code: number; out: string[]; err: string }

const run1 = async (args: readonly string[], more: readonly string[], input = ''): Promise<Ran> => {
  const [out, err]: [string[], string[]] = [[], []]
  const read = async (file: string) => (file === '-' ? Buffer.from(input) : readFile(file))
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    read,
    signal: new AbortController().signal,
  }
  return { code: await run([...args, ...more], io), out, err: err.join('\n') }
}
const admin = (args: readonly string[], input = ''): Promise<Ran> =>
  run1(['admin', ...args], [], input)
const onHub = (args: readonly string[], input = ''): Promise<Ran> =>
  admin([...args, '--database', database], input)
const change = (args: readonly string[], input = ''): Promise<Ran> =>
  onHub([...args, '--who', 'tester', '--why', 'a test'], input)

// Kafka is shared by all tests, so the participants have names of their own.
const [th, ex] = [uniqueName('TH'), uniqueName('EX')]
const file = JSON.stringify({
  participants: [
    { id: th, type: 'member', name: 'Thailand' },
    { id: ex, type: 'corporate-partner', name: 'Exchange', attachedTo: th },
  ],
  agencies: [
    {
      id: 'A-1',
      participant: th,
      name: 'Bureau',
      rights: ['read', 'submit'],
      purposes: ['victim-rescue'],
      roles: ['ncb'],
    },
  ],
  groups: [{ id: 'G', name: 'Group', members: [th] }],
  clients: [
    { id: 'made', agency: 'A-1', purpose: 'victim-rescue' },
    { id: 'given', agency: 'A-1', purpose: 'victim-rescue', secret: 'a secret of enough length' },
  ],
})

await t.test(
  'without tables every command names the one that makes them; made twice, they are made once',
  async (t) => {
    const before = await onHub(['registry', 'show'])
    t.equal(before.code, 1)
    t.match(before.err, /run: switchboard admin migrate/)
    t.match((await onHub(['migrate'])).out[0], /^applied 001_/)
    t.same((await onHub(['migrate'])).out, ['the tables are up to date'])
  },
)

await t.test(
  'a registry file is imported as one version, and again as none; a secret is shown once',
  async (t) => {
    const first = await change(['registry', 'import', '-'], file)
    t.equal(first.code, 0, first.err)
    t.match(first.err, /registry version 1/)
    t.equal(first.out.length, 1, 'only the secret that was made is shown')
    const { clientId, clientSecret } = JSON.parse(first.out[0]!) as {
      clientId: string
      clientSecret: string
    }
    t.equal(clientId, 'made')
    const again = await change(['registry', 'import', '-'], file)
    t.match(again.err, /registry version 1/)
    t.same(again.out, [])
    const registry = await loadRegistry(pool)
    t.ok(await checkSecret(clientSecret, registry.clients.get('made')!.secretHash))
    t.ok(await checkSecret('a secret of enough length', registry.clients.get('given')!.secretHash))
    const { rows } = await pool.query<{ who: string; why: string }>(
      'select who, why from registry_change',
    )
    t.same(rows, [{ who: 'bootstrap: tester', why: 'a test' }])
  },
)

await t.test(
  'of a file with a fault nothing is written, and the fault is named by its place',
  async (t) => {
    const bad = {
      participants: [{ id: 'LA', type: 'member', name: 'Lao PDR' }],
      clients: [
        { id: 'x', agency: 'nobody', purpose: 'victim-rescue', secret: 'not to be repeated' },
      ],
    }
    const refused = await change(['registry', 'import', '-'], JSON.stringify(bad))
    t.equal(refused.code, 1)
    t.match(refused.err, /registry\/unknown-name[^]*\/clients\/0\/agency/)
    t.notMatch(refused.err, /not to be repeated/)
    t.match((await change(['registry', 'import', '-'], '{"a":1,"a":2}')).err, /body\/duplicate-key/)
    t.equal((await loadRegistry(pool)).version, 1)
  },
)

const whole = t
let hub: TestConsole
const people: Record<'otto' | 'ada' | 'ncb', string> = { otto: '', ada: '', ncb: '' }
await t.test('a console on this database', async (t) => {
  hub = await startTestConsole(whole, database)
  const claims: Record<keyof typeof people, OperatorClaims> = {
    otto: { sub: 'otto', role: 'operator' },
    ada: { sub: 'ada', role: 'admin' },
    ncb: { sub: 'niran', role: 'ncb', participant: th },
  }
  for (const who of ['otto', 'ada', 'ncb'] as const) {
    people[who] = resolve(folder, `${who}.token`)
    await writeFile(people[who], await hub.token(claims[who]), { mode: 0o600 })
  }
  t.ok(hub.url)
})
const asWho = (who: keyof typeof people, args: readonly string[], input = ''): Promise<Ran> =>
  run1(args, ['--console', hub.url, '--token-file', people[who]], input)
const changeAs = (who: keyof typeof people, args: readonly string[], input = ''): Promise<Ran> =>
  asWho(who, [...args, '--why', 'a test'], input)
/** Proposed by one, approved by the other. */
const agreed = async (args: readonly string[], input = ''): Promise<Ran> => {
  const proposed = await changeAs('otto', args, input)
  return proposed.code === 0
    ? changeAs('ada', ['admin', 'proposal', 'approve', proposed.out[0]!])
    : proposed
}

await t.test(
  'once there are participants an import changes nothing but offline, and is on record as that',
  async (t) => {
    const more = JSON.stringify({ participants: [{ id: 'XX', type: 'member', name: 'X' }] })
    t.match((await change(['registry', 'import', '-'], more)).err, /registry\/two-persons/)
    t.equal((await loadRegistry(pool)).version, 1)
    t.match(
      (await change(['registry', 'import', '-', '--offline'], more)).err,
      /registry version 2/,
    )
    const { rows } = await pool.query<{ who: string }>(
      'select who from registry_change where version = 2',
    )
    t.same(rows, [{ who: 'offline: tester' }])
    t.match(await agreed(['admin', 'participant', 'withdraw', 'XX']), { code: 0 })
  },
)

await t.test('the registry is shown as it is and as it was, without secrets', async (t) => {
  t.match(await changeAs('otto', ['admin', 'participant', 'suspend', th]), {
    code: 0,
    out: [/^\d+$/],
    err: /is in force; another person/,
  })
  const [now, then] = await Promise.all([
    onHub(['registry', 'show']),
    onHub(['registry', 'show', '--version', '1']),
  ])
  const status = ({ out }: Ran) =>
    (
      JSON.parse(out.join('')) as { participants: { id: string; status: string }[] }
    ).participants.find((p) => p.id === th)?.status
  t.same([status(now), status(then)], ['suspended', 'active'])
  t.notMatch(now.out.join(''), /scrypt|secretHash/)
  t.match((await asWho('otto', ['admin', 'registry', 'changes', '--after', '3'])).out, [
    /"who":"otto".*"suspended"/,
  ])
})

await t.test(
  'what takes two persons is in force when the second approves, each as a version with its reason',
  async (t) => {
    const rows: [string[], number, RegExp][] = [
      [['participant', 'reinstate', th], 0, /is approved \(registry version/],
      [['participant', 'reinstate', th], 1, /registry\/no-change/],
      [['participant', 'suspend', 'nobody'], 1, /registry\/unknown-name/],
      [['participant', 'admit', 'LA', '--type', 'member', '--name', 'Lao PDR'], 0, /is approved/],
      [['participant', 'withdraw', 'LA'], 0, /is approved/],
      [['participant', 'admit', 'LA', '--type', 'member', '--name', 'Lao PDR'], 0, /is approved/],
      [['participant', 'withdraw', 'LA'], 0, /is approved/],
      [
        ['participant', 'admit', 'hub', '--type', 'member', '--name', 'x'],
        1,
        /registry\/reserved-name/,
      ],
      [['group', 'set', 'G', '--name', 'Group', '--members', `${th},LA`], 0, /is approved/],
      [['participant', 'grant', th, '--rights', 'read,lookup,submit'], 0, /is approved/],
    ]
    for (const [args, code, text] of rows) {
      const ran = await agreed(['admin', ...args])
      t.equal(ran.code, code, args.join(' '))
      t.match(`${ran.out.join()} ${ran.err}`, text)
    }
    const registry = await loadRegistry(pool)
    t.equal(registry.participants.get('LA')!.admitted.length, 2, 'both times it belonged are kept')
    const proposals = await asWho('otto', ['admin', 'proposal', 'list'])
    t.ok(
      proposals.out.length > 7 &&
        proposals.out.every((line) => (JSON.parse(line) as { state: string }).state.length > 3),
    )
    t.match(
      (await asWho('otto', ['admin', 'proposal', 'list', '--open'])).out,
      [/suspend-participant/],
      'the suspension waits to be confirmed, though it was lifted',
    )
    const own = await changeAs('ada', [
      'admin',
      'participant',
      'admit',
      'MM',
      '--type',
      'member',
      '--name',
      'Myanmar',
    ])
    t.match(
      (await changeAs('ada', ['admin', 'proposal', 'approve', own.out[0]!])).err,
      /proposal\/same-person/,
    )
    t.match(
      (await changeAs('ada', ['admin', 'proposal', 'reject', own.out[0]!])).err,
      /proposal\/same-person/,
    )
    t.equal(
      (await asWho('ada', ['admin', 'participant', 'suspend', th, '--why', ' '])).code,
      2,
      'a change without a reason is none',
    )
  },
)

await t.test(
  "an NCB sets its agencies and their clients, and a client's secret is shown when it is " +
    'made, and proves it',
  async (t) => {
    const at = ['--participant', th]
    const agency = `${th}-2`
    const rows: [string[], number, RegExp][] = [
      [
        [
          'agency',
          'admit',
          agency,
          ...at,
          '--name',
          'Desk',
          '--rights',
          'read,lookup',
          '--roles',
          'victim-desk',
        ],
        0,
        /is admitted/,
      ],
      [
        [
          'agency',
          'admit',
          `${ex}-1`,
          '--participant',
          ex,
          '--name',
          'Desk',
          '--purposes',
          'crime-prevention',
        ],
        0,
        /is admitted/,
      ],
      [
        ['agency', 'admit', 'LA-1', '--participant', 'LA', '--name', 'Desk'],
        1,
        /request\/not-found/,
      ],
      [['agency', 'suspend', agency, ...at], 0, /is suspended/],
      [['agency', 'reinstate', agency, ...at], 0, /is reinstated/],
      [['agency', 'suspend', 'A-9', ...at], 1, /request\/not-found/],
      [['client', 'suspend', 'made', ...at, '--agency', 'A-1'], 0, /made is suspended/],
      [['client', 'reinstate', 'made', ...at, '--agency', 'A-1'], 0, /made is reinstated/],
      [['client', 'suspend', 'nobody', ...at, '--agency', 'A-1'], 1, /request\/not-found/],
    ]
    for (const [args, code, text] of rows) {
      const ran = await changeAs('ncb', ['admin', ...args])
      t.equal(ran.code, code, args.join(' '))
      t.match(`${ran.out.join()} ${ran.err}`, text)
    }
    t.match(
      (await changeAs('ada', ['admin', 'agency', 'suspend', agency, ...at])).err,
      /auth\/role/,
      "the hub sets nobody's agencies",
    )
    t.match((await loadRegistry(pool)).agencies.get(agency), {
      rights: ['read', 'lookup'],
      roles: ['victim-desk'],
      status: 'active',
    })
    const of = [`${agency}-cases`, ...at, '--agency', agency]
    const made = await changeAs('ncb', [
      'admin',
      'client',
      'create',
      ...of,
      '--purpose',
      'victim-rescue',
    ])
    const secretOf = ({ out }: Ran) =>
      (JSON.parse(out[0]!) as { clientSecret: string }).clientSecret
    const proves = async (ran: Ran) =>
      checkSecret(secretOf(ran), (await loadRegistry(pool)).clients.get(of[0]!)!.secretHash)
    t.ok(await proves(made))
    t.equal(
      (await changeAs('ncb', ['admin', 'client', 'create', ...of, '--purpose', 'victim-rescue']))
        .code,
      1,
    )
    const another = await changeAs('ncb', ['admin', 'client', 'secret', ...of])
    t.same([await proves(another), await proves(made)], [true, false])
  },
)

await t.test(
  'a key is made, proved, countersigned and enrolled for one owner, at hand or by what was ' +
    'handed over, and revoked for good',
  async (t) => {
    const make = async (name: string) => {
      const made = await run1(['key', 'make'], ['--out', resolve(folder, name)])
      return {
        file: resolve(folder, name),
        jwk: made.out[0]!,
        kid: (JSON.parse(made.out[0]!) as { kid: string }).kid,
      }
    }
    const [ncb, first, second] = [
      await make('ncb.jwk'),
      await make('first.jwk'),
      await make('second.jwk'),
    ]
    t.match(
      await agreed(['key', 'enrol', '--participant', th, '--purpose', 'ncb', '--key', ncb.file]),
      { code: 0 },
    )
    t.match(await agreed(['key', 'enrol', '--participant', th, '--key', first.file]), {
      code: 1,
      err: /key\/no-countersignature/,
    })
    t.match(
      await agreed([
        'admin',
        'key',
        'enrol',
        '--participant',
        th,
        '--key',
        first.file,
        '--countersign-with',
        ncb.file,
        '--valid-to',
        '2099-01-01',
      ]),
      { code: 0 },
    )
    const nonce = (await asWho('otto', ['key', 'nonce', '--participant', th])).out[0]!
    const hand = async (name: string, { out }: Ran) => {
      await writeFile(resolve(folder, name), out[0]!)
      return resolve(folder, name)
    }
    const proof = await hand(
      'proof',
      await run1(['key', 'prove', '--participant', th, '--key', second.file, '--nonce', nonce], []),
    )
    const countersignature = await hand(
      'countersignature',
      await run1(
        ['key', 'countersign', '--participant', th, '--file', '-', '--with', ncb.file],
        [],
        second.jwk,
      ),
    )
    const pub = await hand('second.public.jwk', { code: 0, out: [second.jwk], err: '' })
    t.match(
      await agreed([
        'key',
        'enrol',
        '--participant',
        th,
        '--file',
        pub,
        '--proof',
        proof,
        '--countersignature',
        countersignature,
      ]),
      { code: 0 },
    )
    t.match(
      (
        await changeAs('otto', [
          'key',
          'enrol',
          '--participant',
          th,
          '--file',
          pub,
          '--proof',
          proof,
          '--countersignature',
          countersignature,
        ])
      ).err,
      /registry\/no-change/,
    )
    t.match(
      (await changeAs('otto', ['key', 'enrol', '--participant', ex, '--key', first.file])).err,
      /registry\/other-owner/,
    )
    t.match(
      (
        await changeAs('otto', [
          'key',
          'enrol',
          '--participant',
          th,
          '--file',
          first.file,
          '--proof',
          proof,
        ])
      ).err,
      /key\/private/,
    )
    t.equal((await changeAs('otto', ['key', 'enrol', '--participant', th])).code, 2)
    t.match(
      (await asWho('otto', ['key', 'show', first.kid])).out[0],
      /"to":"2099-01-01T00:00:00.000000Z".*"countersignature":"ey/,
    )
    t.match(
      await agreed(['key', 'revoke', first.kid, '--reason', 'superseded', '--overlap-hours', '1']),
      { code: 0 },
    )
    t.match((await loadRegistry(pool)).keys.get(first.kid), {
      status: 'superseded',
      valid: { from: Number, to: Number },
    })
    t.match(
      await changeAs('otto', [
        'key',
        'revoke',
        first.kid,
        '--reason',
        'compromised',
        '--since',
        '2026-11-01',
      ]),
      { code: 0, err: /is in force/ },
    )
    t.match((await loadRegistry(pool)).keys.get(first.kid), {
      status: 'compromised',
      suspectedSince: Number,
    })
    t.same((await asWho('otto', ['key', 'logged', first.kid])).out, [])
    t.match(
      (await changeAs('otto', ['key', 'revoke', 'x'.repeat(43), '--reason', 'compromised'])).err,
      /request\/not-found/,
    )
  },
)

await t.test(
  'kafka apply shows its plan, makes a pair of topics per country, and again none',
  async (t) => {
    const apply = (...more: string[]) =>
      onHub(['kafka', 'apply', '--brokers', brokers.join(), ...more])
    const topics = ({ out }: Ran, mark: string) =>
      out
        .filter((line) => line.startsWith(`${mark} topic `))
        .map((line) => /\S+\.\S+/.exec(line)?.[0])
    const pair = [`replies.${th}`, `submitted.${th}`]
    const plan = await apply('--dry-run', '--partitions', '2')
    t.same(topics(plan, '+'), pair, 'none for a corporate partner, nor for who has withdrawn')
    t.match(plan.out.join('\n'), /partitions 2, replication 1/)
    t.same(topics(await apply(), '+'), pair, 'the plan has changed nothing')
    const again = await apply()
    t.same([topics(again, '+'), topics(again, '=')], [[], pair])
  },
)

await t.test('what cannot be reached is exit code 3', async (t) => {
  t.equal((await admin(['registry', 'show', '--database', 'postgres://127.0.0.1:2/none'])).code, 3)
  t.equal((await onHub(['kafka', 'apply', '--brokers', '127.0.0.1:2'])).code, 3)
})
