import type { Test } from 'tap'
import { leafHash } from '#core/envelope/leaf.ts'
import { destroyDue } from '#store/log/retention.ts'
import { rightClock } from '#test/support/clock.ts'
import { tablesWith } from '#test/support/canary.ts'
import { forKh, type Content, type Version } from '#test/support/feeds.ts'
import {
  both,
  canary,
  clockAt,
  entriesOf,
  pool,
  readAll,
  refused,
  retention,
  settled,
  world,
} from './world.ts'

const empty = `disclosures = '', canonical = '{}', warnings = '[]',
  victim = false`

const whole = `statement = '', salt = '', ${empty}, destroyed_at = 1`

const revocation = (content: Content, version: number): Version => ({
  content: { id: content.id, kind: content['kind'], agency: 'TH-CCIB', reason: canary },
  version,
  status: 'revoked',
})

const isDestroyed = async ({ id }: Content): Promise<boolean> =>
  (await entriesOf(id)).every((entry) => entry.destroyed)

export const bareRevocations = async (t: Test): Promise<void> => {
  const secrets = { narrative: `so ${canary} it is`, caseReference: canary }
  const plain = forKh(secrets)
  const victim = forKh({ ...secrets, operatorStatus: 'possible-victim' })
  const cleared = forKh({ ...secrets, operatorStatus: 'confirmed-victim' })
  const found = forKh(secrets)
  await world.append([
    { content: plain },
    { content: { ...plain, narrative: `then ${canary}` }, version: 2 },
    { content: victim },
    { content: cleared },
    { content: { ...cleared, operatorStatus: 'suspect' }, version: 2 },
    { content: found },
    { content: { ...found, operatorStatus: 'possible-victim' }, version: 2 },
  ])
  await settled()
  for (const [, feeds] of both) await readAll(feeds, 'KH-ACD')
  await world.append([
    revocation(plain, 3),
    revocation(victim, 2),
    revocation(cleared, 3),
    revocation(found, 3),
  ])
  await settled()

  const told = new Map<string, Awaited<ReturnType<typeof readAll>>>()

  await t.test('who held it is told of the revocation, with its signature', async (t) => {
    for (const [where, feeds] of both) {
      const read = await readAll(feeds, 'KH-ACD')
      told.set(where, read)
      const last = read.entries.findLast((entry) => entry.notice.id === plain.id)
      t.match(last, { event: 'notice.revoked' }, where)
    }
  })

  await t.test('by hand nobody destroys younger content behind a revocation', async (t) => {
    await clockAt(29)
    for (const { id } of [victim, cleared, found, plain])
      t.match(await refused(`update entry set ${whole} where id = '${id}'`), /append-only/)
    await clockAt(31)
    const byHand = (id: string): Promise<string> =>
      refused(
        `update entry set ${empty}, destroyed_at = 1 where id = '${id}' and marks is not null;
         update entry set ${whole} where id = '${id}' and marks is null`,
      )
    t.equal(await byHand(victim.id), 'done', 'past the floor of a victim')
    t.match(await byHand(cleared.id), /append-only/, 'the version that marks it says who is one')
    t.match(await byHand(plain.id), /append-only/)
    t.equal(await refused('select destroy_due(365, 30, 100)'), 'done', 'whatever came before it')
    const mark = `select index from entry where id = '${victim.id}' and marks is null`
    for (const set of [`marks = (${mark})`, 'marks = null', `victim = true`])
      t.match(
        await refused(`update entry set ${set} where id = '${plain.id}' and marks is not null`),
        /append-only/,
        set,
      )
    t.match(
      await refused(
        `update entry set ${empty}, destroyed_at = 1, marks = (${mark})
         where id = '${plain.id}' and marks is not null`,
      ),
      /append-only/,
      'with the mark of a victim',
    )
    t.match(
      await refused(`update entry set ${whole} where id = '${victim.id}' and marks is not null`),
      /append-only/,
      'the statement of a revocation',
    )
    t.match(
      await refused(`set local role switchboard_service;
        update entry set ${empty}, destroyed_at = 1 where id = '${victim.id}'`),
      /permission denied/,
    )
  })

  await t.test('the time of a victim counts from the revocation, through its mark', async (t) => {
    await clockAt(364)
    t.same(await destroyDue(pool, retention, 100, rightClock.trust), { notices: 0, more: false })
    await clockAt(366)
    t.same(await destroyDue(pool, retention, 100, rightClock.trust), { notices: 2, more: true })
    t.same(await Promise.all([victim, found, cleared, plain].map(isDestroyed)), [
      true,
      true,
      false,
      false,
    ])
  })

  await t.test('content and reason go; the revocation and the proofs of all stay', async (t) => {
    const before = await entriesOf(plain.id)
    await clockAt(1827)
    for (let more = true; more;)
      ({ more } = await destroyDue(pool, retention, 100, rightClock.trust))
    await settled()
    const after = await entriesOf(plain.id)
    t.same(
      after.map(({ index, time, leaf }) => ({ index, time, leaf })),
      before.map(({ index, time, leaf }) => ({ index, time, leaf })),
    )
    for (const { version, statement, disclosures, destroyed } of after)
      t.match(
        { statement: statement !== '', disclosures, destroyed },
        { statement: version === 3, disclosures: '', destroyed: true },
        `version ${version}`,
      )
    const { salt, time, statement, leaf } = after.at(-1)!
    t.same(leafHash(salt, time, statement), leaf, 'its leaf is computed from them')
    t.same(statement, before.at(-1)!.statement)
    t.same(await tablesWith(pool, [canary]), [])
  })

  await t.test('holders keep what they were told, and are told nothing else', async (t) => {
    for (const [where, feeds] of both) {
      const { entries } = await readAll(feeds, 'KH-ACD', { after: told.get(where)!.next })
      t.same(
        entries.filter((entry) => [plain.id, victim.id].includes(entry.notice.id)),
        [],
        where,
      )
      for (const agency of ['VN-C06', 'JP-NPA'])
        t.same((await readAll(feeds, agency)).entries, [], `${where}: ${agency}`)
    }
  })
}
