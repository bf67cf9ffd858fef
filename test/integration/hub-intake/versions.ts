import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import {
  readVersioned,
  schemaVersions,
  type SchemaVersion,
  type SchemaVersions,
} from '#core/schema/versions.ts'
import { refuse } from '#core/refusal.ts'
import type { Answer } from '#store/log/intake.ts'
import { envelopeOf, withPayload } from '#test/support/envelopes.ts'
import { recheckHeld } from '../../../services/hub/intake/recheck.ts'
import { pool, th, answers, hub, submit } from './world.ts'

export const versions = async (t: Test): Promise<void> => {
  /**
   * A later version of the contract, whose payload says how urgent a notice is. It is read into the
   * form of version 2.
   */
  const [newest, first] = schemaVersions as [SchemaVersion, SchemaVersion]
  const later = (version: number): SchemaVersion => ({
    version,
    read: (payload) => {
      const { urgency, ...rest } = payload as Record<string, unknown>
      return urgency === undefined
        ? refuse('notice/missing-member', '/urgency')
        : newest.read({ ...rest, schema: 'notice/2' })
    },
  })

  const envelopeIn = async (version: number): Promise<string> =>
    version < 3
      ? (await envelopeOf(th, {}, { contract: version === 1 ? 1 : 2 })).envelope
      : withPayload(
          (await envelopeOf(th)).envelope,
          (p) => ({ ...p, schema: `notice/${version}`, urgency: 'high' }),
          th,
        )

  await t.test(
    'a hub reads its version of the contract and the one before, holds later ones and refuses ' +
      'earlier ones',
    async (t) => {
      const hubs: Readonly<Record<number, SchemaVersions>> = {
        1: [first],
        2: schemaVersions,
        3: [later(3), newest],
        4: [later(4), later(3)],
      }
      const matrix = [
        [1, 1, 'accepted'],
        [1, 2, 'held'],
        [1, 3, 'held'],
        [2, 1, 'accepted'],
        [2, 2, 'accepted'],
        [2, 3, 'held'],
        [3, 1, 'rejected', 'envelope/old-schema'],
        [3, 2, 'accepted'],
        [3, 3, 'accepted'],
        [3, 4, 'held'],
        [4, 2, 'rejected', 'envelope/old-schema'],
        [4, 3, 'accepted'],
        [4, 4, 'accepted'],
        [4, 5, 'held'],
      ] as const
      for (const [
        n,
        sent,
        state,
        code = state === 'held' ? 'envelope/unknown-schema' : undefined,
      ] of matrix) {
        const answer = await submit(await envelopeIn(sent), hub(hubs[n]!))
        t.same(
          [answer.state, answer.code],
          [state, code],
          `a hub of version ${n} and an envelope of version ${sent}`,
        )
      }
      t.match(readVersioned({ schema: 'notice/1' }, hubs[3]!), {
        refusal: { code: 'envelope/old-schema', detail: 'notice/3, notice/2 are read' },
      })
      for (const schema of ['notice/01', 'notice/0', 'notice/-1', 'notice/x', 'other/1', ''])
        t.match(
          readVersioned({ schema }, hubs[3]!),
          { refusal: { code: 'envelope/unknown-schema' } },
          `"${schema}"`,
        )
      const short = await withPayload(
        (await envelopeOf(th)).envelope,
        (p) => ({ ...p, schema: 'notice/3' }),
        th,
      )
      t.match(
        await submit(short, hub(hubs[3]!)),
        { state: 'rejected', code: 'notice/missing-member', pointer: '/urgency' },
        'each version is read by its own schema',
      )
    },
  )

  await t.test(
    'what is held for its version is answered when a hub that knows the version starts, and ' +
      'logged once',
    async (t) => {
      const [second, third] = [await envelopeIn(3), await envelopeIn(4)]
      const faulty = await withPayload(
        (await envelopeOf(th)).envelope,
        (p) => ({ ...p, schema: 'notice/3' }),
        th,
      )
      for (const text of [second, third, faulty])
        t.match(await submit(text, hub(schemaVersions)), { state: 'held' })
      answers.clear()
      const upgraded = hub([later(3), newest])
      t.ok((await recheckHeld(upgraded, new AbortController().signal)) >= 2)
      const answerTo = (text: string): Answer | undefined =>
        answers.get(createHash('sha256').update(text).digest('hex'))
      t.match(answerTo(second), { state: 'accepted' })
      t.match(answerTo(faulty), { state: 'rejected', code: 'notice/missing-member' })
      t.equal(answerTo(third), undefined, 'what is unknown still is held still')
      t.equal(
        await recheckHeld(upgraded, new AbortController().signal),
        0,
        'the next start finds nothing to do',
      )
      t.match(
        await submit(second, upgraded),
        { state: 'accepted', index: answerTo(second)!.index },
        'and the same bytes get the same answer',
      )
      const { rows } = await pool.query(
        'select (max(index) - count(*) + 1)::int as gaps from entry',
      )
      t.same(rows, [{ gaps: 0 }])
    },
  )
}
