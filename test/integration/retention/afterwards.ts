import type { Test } from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { appendBatch } from '#store/log/append.ts'
import { loggedByKey } from '#store/registry/logged-by-key.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { traceNotice } from '#store/operators/trace.ts'
import { matchKey } from '#test/support/match-key.ts'
import { traceView } from '../../../services/console/views/trace.ts'
import { whyView } from '../../../services/console/views/why.ts'
import { pool, plain, intakeOf, confirmed, first } from './world.ts'

export const afterwards = async (t: Test): Promise<void> => {
  await t.test(
    'the trace says when its content was destroyed, and why still answers',
    async (t) => {
      const versions = await traceNotice(pool, plain.id)
      const registry = await loadRegistry(pool)
      const [view] = (
        traceView(plain.id, versions, [], registry, nowMicros()) as {
          notices: {
            versions: {
              contentDestroyed: string
              handling: null
              steps: { step: string }[]
              others: { rule: string }[]
            }[]
          }[]
        }
      ).notices
      for (const version of view!.versions)
        t.match(version, { contentDestroyed: /^20/, handling: null })
      t.match(
        view!.versions
          .at(-1)!
          .steps.map((s) => s.step)
          .slice(-2),
        ['expired', 'destroyed'],
      )
      t.ok(view!.versions[0]!.others.every((o) => o.rule === 'destroyed'))
      const why = whyView(
        'KH-ACD',
        versions[0]!,
        versions.at(-1)!,
        { registry, at: versions[0]!.time },
        { registry, at: nowMicros() },
        60_000_000,
      )
      t.match(
        await loggedByKey(pool, { issuer: 'TH', kid: 'any', from: 0, limit: 10 }),
        { entries: [], end: true },
        'nobody knows who signed it',
      )
      t.match(why, {
        asLogged: { content: false, rule: 'destroyed' },
        asOfNow: { content: false, rule: 'destroyed' },
      })
    },
  )

  await t.test(
    'the same bytes get the same answer for ever; a next version has nothing to follow',
    async (t) => {
      const { answers } = await appendBatch(pool, matchKey, [first])
      t.match(answers, [{ state: 'accepted', index: 7 }])
      const next = await intakeOf(confirmed, (notice) => ({
        ok: true,
        notice: { ...notice, version: 2 },
      }))
      t.match((await appendBatch(pool, matchKey, [next])).answers, [
        { state: 'rejected', code: 'notice/final' },
      ])
    },
  )
}
