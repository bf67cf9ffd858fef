import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { formatMicros } from '#core/time.ts'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { tablesWith } from '#test/support/canary.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { findConfirmation } from '../../../services/gateway/confirming/confirmation-store.ts'
import { findTold, storeTold } from '../../../services/gateway/exchange/told-store.ts'
import { insertSubmissions, type Submission } from '../../../services/gateway/outbox.ts'
import { findSaid } from '../../../services/gateway/said/said-store.ts'
import { statementOf } from '../../../services/gateway/said/statement.ts'
import { watchGatewayRetention } from '../../../services/gateway/upkeep/retention.ts'
import { answer, day, log, pool, start, store, submission } from './world.ts'

const kept = { normal: 1826 * day, victim: 365 * day }

/** Destroys what is due so many days after the start, and resolves when `done` holds. */
const pass = async (t: Test, days: number, what: string, done: () => Promise<boolean>) => {
  const watched = watchGatewayRetention({
    pool,
    now: () => start + days * day,
    kept,
    everyMs: 20,
    log,
  })
  t.teardown(() => watched.close())
  await until(what, done)
  await watched.close()
}

const reactionWith = (secret: string, id: string = randomUUID()): Submission => {
  const content = { issuer: 'KH', notice: randomUUID(), reaction: 'acted', note: secret }
  return statementOf({
    type: 'reaction',
    id,
    text: `${secret}~${randomUUID()}`,
    digest: randomUUID().replaceAll('-', '').padEnd(64, '0'),
    postedAt: start,
    content,
    contentHash: Buffer.from(secret),
    by: { person: 's', agency: 'TH-CCIB' },
  })
}

/** The word that a notice is meant. */
const confirmationOf = ({ id, digest }: Submission, secret: string): Submission => ({
  ...reactionWith(secret, confirmationId(digest)),
  type: 'confirmation',
  content: { notice: id, digest, reason: secret },
})

let index = 1_000_000

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

/** What KH said about a notice. */
const told = (id: string, secret: string): Promise<void> =>
  storeTold(pool, {
    type: 'told',
    iss: 'hub',
    aud: 'TH',
    iat: 0,
    entries: [
      {
        index: index++,
        time: formatMicros(start),
        type: 'reaction',
        participant: 'KH',
        about: { issuer: 'TH', id },
        statement: `e30.${base64url({ id: randomUUID(), note: secret })}.e30~`,
      },
    ],
  })

const shown = async (id: string): Promise<number> =>
  (await findTold(pool, 'reaction', [id])).get(id)?.length ?? 0

const isGone = (secret: string) => async (): Promise<boolean> =>
  (await tablesWith(pool, [secret])).length === 0

export const destroyedSaid = async (t: Test): Promise<void> => {
  await t.test(
    'what was said beside notices is destroyed after the normal time; its state is still answered',
    async (t) => {
      const secret = `CANARY-${randomUUID()}`
      const said = await store(reactionWith(secret))
      const refused = await store(reactionWith(secret), 'rejected')
      await insertSubmissions(pool, [reactionWith(secret, refused.id)])
      const waiting = reactionWith('waits')
      await insertSubmissions(pool, [waiting])
      await answer({ digest: waiting.digest, status: 'held' })
      const again = await pool.query<{ digest: string }>(
        `select encode(digest, 'hex') as digest from open join submission using (seq, digest)
         where id = $1`,
        [refused.id],
      )
      const { digest } = again.rows[0]!
      await answer({ digest, status: 'accepted', index: 9, detail: secret })
      const victim = await store(submission(phone({ operatorStatus: 'possible-victim' })))
      const before = await findSaid(pool, 'TH-CCIB', said.id)
      await pass(t, 1825, 'the victim is gone', async () => {
        const { rows } = await pool.query('select envelope from submission where id = $1', [
          victim.id,
        ])
        return rows[0]?.envelope === ''
      })
      t.same(await tablesWith(pool, [secret]), ['answer', 'reply', 'submission'], 'not before it')
      await pass(t, 1827, 'it is gone', isGone(secret))
      t.same(await findSaid(pool, 'TH-CCIB', said.id), before, 'its state')
      t.match(await findSaid(pool, 'TH-CCIB', refused.id), {
        state: 'accepted',
        receipt: { index: 9, digest },
      })
      t.equal((await tablesWith(pool, ['waits'])).length, 1, 'what is on its way stays')
      t.same(
        await insertSubmissions(pool, [reactionWith(secret, said.id)]),
        [undefined],
        'said again, it is the same one',
      )
    },
  )

  await t.test('what others said of a notice is destroyed with it, and not sooner', async (t) => {
    const secret = `CANARY-${randomUUID()}`
    const plain = await store(submission(phone()))
    const victim = await store(submission(phone({ operatorStatus: 'confirmed-victim' })))
    for (const { id } of [plain, victim]) await told(id, secret)
    for (const notice of [plain, victim]) await store(confirmationOf(notice, secret))
    const confirmed = async ({ digest }: Submission) =>
      (await findConfirmation(pool, digest))?.reason
    t.same([await confirmed(plain), await confirmed(victim)], [secret, secret])
    t.same([await shown(plain.id), await shown(victim.id)], [1, 1])
    await pass(t, 366, 'that of the victim is gone', async () => (await shown(victim.id)) === 0)
    t.equal(await shown(plain.id), 1)
    t.same([await confirmed(plain), await confirmed(victim)], [secret, ''], 'and its confirmation')
    await pass(t, 1827, 'all is gone', isGone(secret))
    await told(plain.id, secret)
    t.equal(await shown(plain.id), 0, 'what is told later is not kept')
    t.same(await tablesWith(pool, [secret]), [])
    const { rows } = await pool.query('select participant, type from told where about_id = $1', [
      plain.id,
    ])
    t.match(rows, [{ participant: 'KH', type: 'reaction' }, {}], 'who said it stays')
  })

  await t.test(
    'what others said of a notice that is not here, or goes on, has the normal time',
    async (t) => {
      const [secret, here] = [`CANARY-${randomUUID()}`, `CANARY-${randomUUID()}`]
      const open = submission(phone())
      await insertSubmissions(pool, [open])
      await told(open.id, here)
      await told(randomUUID(), secret)
      const other = await store(reactionWith('another'))
      await pool.query(
        `update answer a set answered_at = $1 from submission s
        where s.seq = a.seq and s.id = '${other.id}'`,
        [start - 10 * day],
      )
      await pool.query('update reply set received_at = $1', [start - 10 * day])
      await pass(
        t,
        1825,
        'the other is gone',
        async () => (await tablesWith(pool, ['another'])).length === 0,
      )
      t.same(await tablesWith(pool, [secret]), ['told'])
      await pass(t, 1827, 'it is gone', isGone(secret))
      t.same(await tablesWith(pool, [here]), ['told'], 'its notice waits for the hub')
    },
  )
}
