import { randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import type { Test } from 'tap'
import { formatMicros } from '#core/time.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { freshDatabase } from '#test/support/database.ts'
import { findTold, storeTold } from '../../../services/gateway/exchange/told-store.ts'
import { gatewayMigrations } from '../../../services/gateway/parts.ts'
import { log, pool, start } from './world.ts'

type Entry = Parameters<typeof storeTold>[1]['entries'][number]

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

const statement = (said: object): string => `e30.${base64url(said)}.e30~`

const entry = (notice: string, index: number, said: { id: string; note: string }): Entry => ({
  index,
  time: formatMicros(start + index),
  type: 'reaction',
  participant: 'KH',
  about: { issuer: 'TH', id: notice },
  statement: statement(said),
})

const tell = (...entries: Entry[]): Promise<void> =>
  storeTold(pool, { type: 'told', iss: 'hub', aud: 'TH', iat: 0, entries })

export const toldOnce = async (t: Test): Promise<void> => {
  await t.test(
    'a hub that lost its newest entries gives their indexes again: what it tells then counts, ' +
      'and what it tells again under another index counts once',
    async (t) => {
      const notice = randomUUID()
      const [lost, again, other] = ['lost', 'again', 'other'].map((note) => ({
        id: randomUUID(),
        note,
      }))
      await tell(entry(notice, 2_000_000, lost!), entry(notice, 2_000_001, again!))
      await tell(
        { ...entry(notice, 2_000_000, other!), time: formatMicros(start + 2_000_500) },
        { ...entry(notice, 2_000_001, again!), time: formatMicros(start + 2_000_501) },
        { ...entry(notice, 2_000_002, again!), time: formatMicros(start + 2_000_502) },
      )
      const shown = (await findTold(pool, 'reaction', [notice])).get(notice)
      t.match(shown, [
        { note: 'lost', at: formatMicros(start + 2_000_000) },
        { note: 'again', at: formatMicros(start + 2_000_001) },
        { note: 'other', at: formatMicros(start + 2_000_500) },
      ])
    },
  )

  await t.test('what was told before is known by its id, destroyed or not', async (t) => {
    const old = createPool({ url: await freshDatabase(t), max: 1, applicationName: 'test', log })
    t.teardown(() => old.end())
    const files = (await readdir(gatewayMigrations)).toSorted()
    const last = files.findIndex((file) => file.endsWith('_told-once.sql'))
    const run = async (names: readonly string[]): Promise<void> => {
      for (const name of names)
        await old.query(await readFile(new URL(name, gatewayMigrations), 'utf8'))
    }
    await run(files.slice(0, last))
    const ids = Array.from({ length: 4 }, () => randomUUID())
    const kept = ids.map((id, i) => statement({ id, note: '?~ÿ'.repeat(i) }))
    for (const [index, text] of [...kept, '', ''].entries())
      await old.query(
        `insert into told (index, type, participant, about_issuer, about_id, statement, at)
         values ($1, 'reaction', 'KH', 'TH', $2, $3, 0)`,
        [index, randomUUID(), text],
      )
    await run([files[last]!])
    const { rows } = await old.query<{ id: string }>('select id from told order by index')
    t.same(rows.map(({ id }) => id).slice(0, 4), ids)
    t.equal(new Set(rows.map(({ id }) => id)).size, 6)
  })
}
