import { randomBytes, randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { signStatement } from '#core/signing/statement.ts'
import { buildSaid } from '#core/said/said.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { th, ask, takeIn, notice, trace } from './world.ts'

type Held = { readonly id: string; readonly digest: string }

const said = { issuer: 'TH', audience: 'switchboard-hub', issuedAt: 1 }

/** The two forms of a confirmation, each with its reason in another place. */
const words: readonly ((held: Held) => Promise<string>)[] = [
  async ({ digest }) =>
    (
      await signStatement(
        {
          iss: said.issuer,
          aud: said.audience,
          iat: said.issuedAt,
          statement: 'confirm-held',
          digest,
          reason: 'CANARY-REASON',
        },
        th.signer,
      )
    ).text,
  async ({ id, digest }) =>
    (
      await buildSaid(
        {
          ...said,
          id: randomUUID(),
          type: 'confirmation',
          clear: { digest },
          disclosed: {
            by: { person: 'CANARY-PERSON', agency: 'TH-CCIB' },
            about: { issuer: 'TH', id },
            reason: 'CANARY-REASON',
          },
        },
        th.signer,
        randomBytes,
      )
    ).text,
]

export const traceRefusals = async (t: Test): Promise<void> => {
  await t.test(
    'what was refused under an id whose signature is good is in its trace',
    async (t) => {
      const mute = await envelopeOf(th.signer, phone({ agency: 'TH-MUTE' }))
      t.match((await takeIn('TH', mute.envelope)).answer, {
        state: 'rejected',
        id: mute.id,
        code: 'envelope/not-authorised',
      })
      t.match(await trace(mute.id), {
        notices: [],
        refusals: [
          {
            participant: 'TH',
            state: 'rejected',
            code: 'envelope/not-authorised',
            pointer: '/agency',
            digest: mute.digest,
            notice: mute.id,
            version: 1,
          },
        ],
      })
      const conflict = await envelopeOf(th.signer, { ...notice, narrative: 'another' })
      t.match((await takeIn('TH', conflict.envelope)).answer, { code: 'envelope/conflict' })
      t.match((await trace(notice.id)).refusals, [
        { code: 'envelope/conflict', digest: conflict.digest },
      ])
    },
  )

  await t.test('the quarantine is read page by page, oldest or newest first', async (t) => {
    await takeIn('KH', 'garbage')
    const pages: string[] = []
    for (let after = '0', end = false; !end;) {
      const page = (await ask(`/v1/quarantine?limit=1&after=${after}`)).body as {
        quarantine: { code: string }[]
        next: string
        end: boolean
      }
      pages.push(...page.quarantine.map((q) => q.code))
      ;({ next: after, end } = page)
    }
    t.same(pages, ['envelope/not-authorised', 'envelope/conflict', 'envelope/not-readable'])
    const newest = (await ask('/v1/quarantine?order=newest&limit=1')).body as {
      quarantine: object[]
      next: string
      end: boolean
    }
    t.match(newest, {
      quarantine: [
        {
          participant: 'KH',
          code: 'envelope/not-readable',
          bytes: 7,
          offset: '7',
          topic: 'submitted.KH',
          notice: null,
        },
      ],
      end: false,
    })
    t.match((await ask(`/v1/quarantine?order=newest&after=${newest.next}`)).body['quarantine'], [
      { code: 'envelope/conflict' },
      { code: 'envelope/not-authorised' },
    ])
    t.match((await ask('/v1/quarantine?participant=KH&state=rejected')).body['quarantine'], [
      { participant: 'KH' },
    ])
  })

  await t.test(
    'what was held and confirmed says when in its trace, and why to operators only',
    async (t) => {
      for (const wordOn of words) {
        const held = await envelopeOf(
          th.signer,
          phone({ agency: 'TH-CCIB', subject: { number: '191', defaultCountry: 'TH' } }),
        )
        t.match((await takeIn('TH', held.envelope)).answer, {
          state: 'held',
          code: 'never-list/held',
        })
        t.match((await takeIn('TH', await wordOn(held))).answer, { state: 'accepted' })
        const { refusals, notices } = await trace(held.id)
        t.match(
          [notices.length, refusals],
          [1, [{ state: 'released', code: 'never-list/held', confirmedAt: /^20/ }]],
        )
        t.notMatch(JSON.stringify(refusals), 'CANARY')
        const quarantine = (await ask('/v1/quarantine?state=released&order=newest')).body
        t.match((quarantine['quarantine'] as object[])[0], {
          confirmation: 'CANARY-REASON',
          confirmedAt: /^20/,
        })
      }
    },
  )
}
