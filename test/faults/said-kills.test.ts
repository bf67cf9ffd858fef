import { readdir, writeFile } from 'node:fs/promises'
import t from 'tap'
import type { Failpoint } from '#runtime/process/failpoint.ts'
import { until } from '#test/support/until.ts'

/** A gateway and the hub die in the same statement: Kafka waits for both at once. */
const points: readonly (readonly Failpoint[])[] = [
  ['gateway.signed', 'hub.fetched'],
  ['gateway.committed', 'hub.checked'],
  ['gateway.published', 'hub.appended'],
  ['gateway.receipt-stored', 'hub.committed'],
  ['gateway.told-stored', 'hub.receipts-sent'],
  ['hub.told'],
]

const rounds = Number(process.env['CRASH_ROUNDS'] ?? 0)
if (rounds === 0) {
  t.plan(0, 'run by npm run crash: Kafka waits some seconds for each process that is killed')
  process.exit(0)
}
// Starts a system of its own.
const { given } = await import('../e2e/said-life/answers.ts')
const { bothAgree } = await import('../e2e/said-life/sides.ts')
const { failpoints, reacted, settled } = await import('../e2e/said-life/world.ts')
const limitMs = 60_000

await t.test(
  'a process is killed between every two steps of a statement: both sides know it alike, once',
  async (t) => {
    for (const some of Array.from({ length: rounds }, () => points).flat()) {
      const notice = await given({ handling: { tlp: 'GREEN' } })
      for (const point of some) await writeFile(`${failpoints}/${point}`, '')
      const said = await Promise.all(
        ['KH', 'VN'].map(async (by) => ({ by, id: await reacted(by, notice, some.join()) })),
      )
      await until(
        `processes die at ${some.join()}`,
        async () => (await readdir(failpoints)).length === 0,
        limitMs,
      )
      for (const { by, id } of said) t.match(await settled(by, id), { status: 'accepted' })
      t.equal((await bothAgree(t, notice, said)).length, 2, some.join())
    }
  },
)
