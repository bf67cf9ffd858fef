import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { arrived, post } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { bothAgree, databaseTime } from './sides.ts'
import { info, react, reacted, settled, shown, start, stop } from './world.ts'

/** A notice that KH has. */
export const given = async (more: object = {}): Promise<string> => {
  const notice = wallet(more)
  await post(info, 'TH', notice)
  await arrived(info, 'KH-ACD', notice.id)
  return notice.id
}

/** Accepted, refused, and answered late. */
export const answers = async (t: Test): Promise<void> => {
  await t.test('accepted: the originator is told of it once', async (t) => {
    const notice = await given()
    const id = await reacted('KH', notice, 'first')
    t.equal((await bothAgree(t, notice, [{ by: 'KH', id }])).length, 1)
    t.match(await shown(notice), [{ reaction: 'seen-too', note: 'first' }])
  })

  await t.test(
    'refused: who may not see a notice, who names none, and who said too much is told so, and ' +
      'nobody else',
    async (t) => {
      const hidden = await given({ handling: { tlp: 'RED', release: { agencies: ['KH-ACD'] } } })
      const refused = [
        { by: 'VN', notice: hidden, code: 'notice/not-found' },
        { by: 'KH', notice: randomUUID(), code: 'notice/not-found' },
      ]
      for (const { by, notice, code } of refused) {
        const end = await settled(by, await reacted(by, notice, 'x'))
        t.match(end, { status: 'rejected', receipt: { code, pointer: '/about' } })
      }
      t.equal((await bothAgree(t, hidden, [])).length, 0)
      const much = await given()
      const most = Array.from({ length: 100 }, (_, i) => String(i))
      const said = await Promise.all(
        most.map(async (note) => ({ by: 'KH', id: await reacted('KH', much, note) })),
      )
      t.equal((await bothAgree(t, much, said)).length, 100)
      const end = await settled('KH', await reacted('KH', much, 'one more'))
      t.match(end, { status: 'rejected', receipt: { code: 'statement/too-many' } })
      t.equal((await bothAgree(t, much, said)).length, 100)
    },
  )

  await t.test(
    'the hub is away: what is said waits, counts once however often it is sent, and has the time ' +
      "at which it was logged, by the database's clock",
    async (t) => {
      const notice = await given()
      await stop('hub')
      const first = await reacted('KH', notice, 'late')
      t.equal(await reacted('KH', notice, 'late'), first, 'said again, it is the same')
      t.match((await react('KH', notice, 'late')).body, { id: first, status: 'queued' })
      const third = await reacted('KH', notice, 'later')
      const before = await databaseTime()
      await start('hub')
      const known = await bothAgree(t, notice, [
        { by: 'KH', id: first },
        { by: 'KH', id: third },
      ])
      const after = await databaseTime()
      t.ok(
        known.every(({ at }) => before <= at && at <= after),
        `${before} <= ${known.map(({ at }) => at).join(', ')} <= ${after}`,
      )
      t.ok(known[0]!.at < known[1]!.at && Number(known[0]!.index) < Number(known[1]!.index))
    },
  )
}
