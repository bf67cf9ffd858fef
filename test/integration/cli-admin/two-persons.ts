import type { Test } from 'tap'
import { loadRegistry } from '#store/registry/registry.ts'
import { pool, th, asWho, changeAs, agreed } from './world.ts'

export const twoPersons = async (t: Test): Promise<void> => {
  await t.test(
    'what takes two persons is in force when the second approves, each as a version with its ' +
      'reason',
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
      t.equal(
        registry.participants.get('LA')!.admitted.length,
        2,
        'both times it belonged are kept',
      )
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
    },
  )

  await t.test('a person decides no proposal of their own, and gives a reason', async (t) => {
    const myanmar = ['participant', 'admit', 'MM', '--type', 'member', '--name', 'Myanmar']
    const own = await changeAs('ada', ['admin', ...myanmar])
    for (const decision of ['approve', 'reject'])
      t.match(
        (await changeAs('ada', ['admin', 'proposal', decision, own.out[0]!])).err,
        /proposal\/same-person/,
      )
    t.equal(
      (await asWho('ada', ['admin', 'participant', 'suspend', th, '--why', ' '])).code,
      2,
      'a change without a reason is none',
    )
  })
}
