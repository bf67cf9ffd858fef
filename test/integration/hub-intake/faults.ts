import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import { schemaVersions } from '#core/schema/versions.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { check, takeIn, type IntakeDeps } from '../../../services/hub/intake/intake.ts'
import { recheckHeld } from '../../../services/hub/intake/recheck.ts'
import { th, answers, hub, nextOffset } from './world.ts'

export const faults = async (t: Test): Promise<void> => {
  const splitId = (envelope: string): string =>
    (JSON.parse(Buffer.from(envelope.split('.')[1]!, 'base64url').toString()) as { id: string }).id

  await t.test(
    'a record that meets a fault of the program is held by itself, and answered when the ' +
      'program is mended',
    async (t) => {
      const deps = hub(schemaVersions)
      const [good, fatal] = [(await envelopeOf(th)).envelope, (await envelopeOf(th)).envelope]
      const digest = createHash('sha256').update(fatal).digest('hex')
      const id = splitId(fatal)
      const broken: IntakeDeps = {
        ...deps,
        rules: {
          ...deps.rules,
          schemas: [
            {
              version: 2,
              read: (payload) =>
                (payload as { id: string }).id === id
                  ? (null as unknown as { read: () => never }).read()
                  : schemaVersions[0].read(payload),
            },
          ],
        },
      }
      const records = [good, fatal].map((text) => ({
        topic: 'submitted.TH',
        partition: 0,
        offset: nextOffset(),
        timestampMs: Date.now(),
        key: 'k',
        value: Buffer.from(text),
        headers: {},
        lag: 0,
      }))
      await takeIn(await check(records, broken), broken)
      t.match(
        answers.get(createHash('sha256').update(good).digest('hex')),
        { state: 'accepted' },
        'its neighbour is not touched',
      )
      t.match(answers.get(digest), { state: 'held', code: 'envelope/not-checked' })
      t.ok((await recheckHeld(deps, new AbortController().signal)) >= 1)
      t.match(answers.get(digest), { state: 'accepted' })
    },
  )
}
