import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { tablesWith, writingsOf } from '#test/support/canary.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { findConfirmation } from '../../../services/gateway/confirming/confirmation-store.ts'
import { noticeView } from '../../../services/gateway/routes/notice-view.ts'
import { insertSubmissions } from '../../../services/gateway/outbox.ts'
import { statementOf } from '../../../services/gateway/said/statement.ts'
import { findVersions } from '../../../services/gateway/stored-versions.ts'
import { watchGatewayRetention } from '../../../services/gateway/upkeep/retention.ts'
import { answer, findOpen, lines, log, pool, day, start, submission, store } from './world.ts'

export const destroyed = async (t: Test): Promise<void> => {
  const canary = `CANARY-${randomUUID()}`

  const secrets = { narrative: `so ${canary} it is`, subject: { number: canary } }

  const more = {
    canonical: { key: canary },
    warnings: [{ code: 'never-list/listed' as const, detail: canary }],
  }

  const kept = { normal: 1826 * day, victim: 365 * day }

  const plain = submission(phone(secrets), more)
  await insertSubmissions(pool, [plain])
  await answer({ digest: plain.digest, status: 'held', code: 'never-list/held', detail: canary })
  const about = { id: confirmationId(plain.digest), type: 'confirmation' } as const
  const signed = { text: `a word on ${canary}`, digest: '00'.repeat(32), postedAt: start }
  const by = { person: 's', agency: 'TH-CCIB' }
  const content = { notice: plain.id, digest: plain.digest, reason: canary }
  await store(statementOf({ ...about, ...signed, by, content }))
  t.match(await findConfirmation(pool, plain.digest), { reason: canary, state: 'open' })
  await answer({ digest: plain.digest, status: 'accepted', index: 7, detail: canary })
  const victim = await store(
    submission(phone({ ...secrets, operatorStatus: 'possible-victim' }), more),
  )
  const updated = await store(
    submission(phone({ ...secrets, operatorStatus: 'possible-victim' }), more),
  )
  await store(submission({ ...phone(secrets), id: updated.id }, { ...more, version: 2 }))
  const held = await store(submission(phone({ operatorStatus: 'possible-victim' })), 'held')

  await t.test(
    'what was sent is destroyed when its time is over, wherever it lies, and nothing that is on ' +
      'its way',
    async (t) => {
      t.same(await tablesWith(pool, [canary]), ['answer', 'reply', 'submission'])

      let now = start + 364 * day
      const watched = watchGatewayRetention({ pool, now: () => now, kept, everyMs: 20, log })
      t.teardown(() => watched.close())
      const destroyedAt = async (id: string) =>
        (await findVersions(pool, [id]))[0]!.at(-1)!.destroyedAt
      now = start + 366 * day
      await until('the victim is gone', async () => (await destroyedAt(victim.id)) !== null)
      t.same(
        [await destroyedAt(plain.id), await destroyedAt(updated.id)],
        [null, null],
        'the newest version says who is a victim',
      )
      now = start + 1827 * day
      await until('all are gone', async () => (await tablesWith(pool, [canary])).length === 0)
      await watched.close()
      t.same(await tablesWith(pool, [canary]), [])
      t.equal(await destroyedAt(held.id), null, 'what the hub has not answered for good is kept')
      t.ok(
        (await findOpen(pool, 0, 500)).some(
          (open) => open.digest === held.digest && open.envelope !== '',
        ),
      )
      const view = noticeView((await findVersions(pool, [plain.id]))[0]!.at(-1)!)
      t.match(view, {
        id: plain.id,
        status: 'accepted',
        notice: null,
        contentDestroyed: /^20/,
        digest: plain.digest,
        receipt: { status: 'accepted', index: 7 },
      })
      t.notOk(
        lines.some((line) => line.includes('"level":"error"')),
        'and nothing failed',
      )
      t.notOk(
        lines.some((line) => writingsOf(canary).some((writing) => line.includes(writing))),
        'no log names it',
      )
    },
  )
}
