import type { Test } from 'tap'
import { checkSecret } from '#runtime/keys/client-secret.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { pool, th, ex, changeAs, type Ran } from './world.ts'

const at = ['--participant', th]
const agency = `${th}-2`

const options = (given: Readonly<Record<string, string>>): string[] =>
  Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])
const desk = { name: 'Desk', rights: 'read,lookup', roles: 'victim-desk' }
const partner = { participant: ex, name: 'Desk', purposes: 'crime-prevention' }

const changes: [string[], number, RegExp][] = [
  [['agency', 'admit', agency, ...at, ...options(desk)], 0, /is admitted/],
  [['agency', 'admit', `${ex}-1`, ...options(partner)], 0, /is admitted/],
  [['agency', 'admit', 'LA-1', '--participant', 'LA', '--name', 'Desk'], 1, /request\/not-found/],
  [['agency', 'suspend', agency, ...at], 0, /is suspended/],
  [['agency', 'reinstate', agency, ...at], 0, /is reinstated/],
  [['agency', 'suspend', 'A-9', ...at], 1, /request\/not-found/],
  [['client', 'suspend', 'made', ...at, '--agency', 'A-1'], 0, /made is suspended/],
  [['client', 'reinstate', 'made', ...at, '--agency', 'A-1'], 0, /made is reinstated/],
  [['client', 'suspend', 'nobody', ...at, '--agency', 'A-1'], 1, /request\/not-found/],
]

export const ncb = async (t: Test): Promise<void> => {
  await t.test(
    "an NCB sets its agencies and their clients, and the hub sets nobody's",
    async (t) => {
      for (const [args, code, text] of changes) {
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
    },
  )

  await t.test("a client's secret is shown when it is made, and proves the client", async (t) => {
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
  })
}
