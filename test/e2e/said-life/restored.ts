import type { Test } from 'tap'
import { given } from './answers.ts'
import { bothAgree, kept, logged, receipted } from './sides.ts'
import { open, reactedUnsent, sent } from './standing.ts'
import { queryOnce } from '#test/support/database.ts'
import { until } from '#test/support/until.ts'
import { databaseUrl, hubUrl, limitMs, reacted, saidOf, shown, start, stop } from './world.ts'

const hubs = ['hub', 'feeds', 'console']

const name = new URL(hubUrl).pathname.slice(1)
const backup = `${name}_backup`

/** Copies a database on which nobody works. The copy takes the place of what has its name. */
const copied = async (from: string, to: string): Promise<void> => {
  await queryOnce(databaseUrl, `drop database if exists "${to}" with (force)`)
  await queryOnce(databaseUrl, `create database "${to}" owner hub_owner template "${from}"`)
}

export const restored = async (t: Test): Promise<void> => {
  await t.test(
    "the hub's database is restored from a backup: what had its receipt since is in the log no " +
      'more, both sides keep what they know, nothing is told twice, and what is said from ' +
      'then on is told, although its index was given before',
    async (t) => {
      const notice = await given()
      const early = { by: 'KH', id: await reacted('KH', notice, 'before the backup') }
      await bothAgree(t, notice, [early])
      await stop(...hubs)
      await copied(name, backup)
      await start(...hubs)

      const lost = { by: 'KH', id: await reacted('KH', notice, 'after the backup') }
      const [, place] = await bothAgree(t, notice, [early, lost])
      const before = { said: (await saidOf('KH', lost.id)).body, shown: await shown(notice) }
      await reactedUnsent('KH', notice, 'on its way')
      await stop(...hubs)
      await copied(backup, name)
      await start(...hubs)
      t.equal((await logged(notice)).length, 1, 'the log is as it was at the backup')

      const late = { by: 'KH', id: await sent('KH', notice, 'on its way') }
      const known = await receipted([early, lost, late])
      t.equal(known.length, 3, 'the receipt of what is lost stays')
      t.same(await logged(notice), [known[0], known[2]])
      t.equal(known[2]!.index, place!.index, 'an index is given again')
      t.ok(known[2]!.at > place!.at, 'but no time')
      await until('the originator is told', async () => (await kept(notice)).length === 3, limitMs)
      t.same(await kept(notice), known, 'the originator keeps all that it was told')

      t.equal(
        await reacted('KH', notice, 'after the backup'),
        lost.id,
        'said again, it is the same',
      )
      t.same((await saidOf('KH', lost.id)).body, before.said)
      t.equal(await open('KH'), 0, 'and nothing is sent again')
      t.same((await shown(notice)).slice(0, 2), before.shown)

      const other = await given()
      await bothAgree(t, other, [{ by: 'KH', id: await reacted('KH', other, 'afterwards') }])
      t.same(await kept(notice), known, 'nothing was told twice')
    },
  )
}
