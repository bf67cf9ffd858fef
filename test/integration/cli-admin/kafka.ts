import type { Test } from 'tap'
import { brokers, admin, onHub, th, type Ran } from './world.ts'

export const kafka = async (t: Test): Promise<void> => {
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
    t.equal(
      (await admin(['registry', 'show', '--database', 'postgres://127.0.0.1:2/none'])).code,
      3,
    )
    t.equal((await onHub(['kafka', 'apply', '--brokers', '127.0.0.1:2'])).code, 3)
  })
}
