import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import tap, { type Test } from 'tap'
import { checkSecret } from '#runtime/keys/client-secret.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import type { OperatorClaims } from '#runtime/keys/operator-token.ts'
import { startTestConsole } from '#test/support/console.ts'
import {
  database,
  pool,
  folder,
  onHub,
  th,
  file,
  running,
  people,
  asWho,
  changeAs,
  agreed,
  type Ran,
} from './world.ts'

export const bootstrap = async (t: Test): Promise<void> => {
  const change = (args: readonly string[], input = ''): Promise<Ran> =>
    onHub([...args, '--who', 'tester', '--why', 'a test'], input)

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
      t.ok(
        await checkSecret('a secret of enough length', registry.clients.get('given')!.secretHash),
      )
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
      t.match(
        (await change(['registry', 'import', '-'], '{"a":1,"a":2}')).err,
        /body\/duplicate-key/,
      )
      t.equal((await loadRegistry(pool)).version, 1)
    },
  )

  await t.test('a console on this database', async (t) => {
    const hub = await startTestConsole(tap, database) // lives on: the parts that follow use it
    running.hub = hub
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
}
