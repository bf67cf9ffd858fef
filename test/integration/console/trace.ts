import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { formatMicros } from '#core/time.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { insertAcknowledgement } from '#store/handing-over/acknowledgements.ts'
import { expireNotices } from '#store/log/expire.ts'
import { recordReceipts } from '#store/log/receipts.ts'
import { rightClock } from '#test/support/clock.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import {
  pool,
  th,
  vn,
  tokens,
  ask,
  takeIn,
  notice,
  first,
  logged,
  trace,
  handOver,
} from './world.ts'

export const traces = async (t: Test): Promise<void> => {
  await t.test(
    'a notice is followed from POST to each hand-over, and every other agency has the rule why not',
    async (t) => {
      const version = (await trace(notice.id)).notices[0]!.versions[0]!
      t.same(
        version.steps.map((s) => s.step),
        ['posted', 'signed', 'published', 'received', 'logged', 'receipted'],
      )
      t.equal(version.steps[0]!.at, '2026-11-24T03:50:12.000001Z')
      t.equal(version.steps.at(-1)!.at, null, 'the receipt is not out yet')
      await recordReceipts(pool, [{ batch: logged.batch, participant: 'TH', sentAt: nowMicros() }])
      await handOver(logged.answer.index!, 'KH-ACD')
      const after = (await trace(notice.id)).notices[0]!.versions[0]!
      t.match(after, {
        version: 1,
        status: 'active',
        digest: first.digest,
        index: logged.answer.index,
        agency: 'TH-CCIB',
        handling: { tlp: 'AMBER', codes: ['H0'] },
      })
      for (const { step, at } of after.steps)
        t.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, step)
      t.match(after.deliveries, [
        {
          agency: 'KH-ACD',
          participant: 'KH',
          client: 'KH-ACD-feed',
          channel: 'sse',
          topic: 'all',
          told: 'content',
        },
      ])
      t.same(
        after.others.map(({ agency: id, mayRead, rule }) => [id, mayRead, rule]),
        [
          ['EXCHANGE-1', true, 'partner-redacted'],
          ['JP-NPA', true, 'released-participant'],
          ['TH-CCIB', true, 'originator'],
          ['TH-MUTE', false, 'not-released'],
          ['VN-C06', false, 'not-released'],
        ],
      )
    },
  )

  await t.test('a trace, a why and a list hold nothing of what a notice says', async (t) => {
    for (const path of [
      `/v1/trace/${notice.id}`,
      `/v1/why?notice=${notice.id}&agency=KH-ACD`,
      '/v1/quarantine',
      '/v1/participants',
    ]) {
      const { status, body } = await ask(path, tokens.admin)
      t.equal(status, 200, path)
      t.notMatch(JSON.stringify(body), /CANARY|66812345678|impersonation-scam|secretHash|scrypt/)
    }
  })

  await t.test(
    'versions, issuers that share an id, and the end of a notice are told apart',
    async (t) => {
      const id = randomUUID()
      const green = phone({ id, handling: { tlp: 'GREEN' } })
      const one = await takeIn('TH', (await envelopeOf(th.signer, green)).envelope)
      await takeIn(
        'VN',
        (await envelopeOf(vn.signer, { ...green, agency: 'VN-C06' }, { issuer: 'VN' })).envelope,
      )
      await takeIn(
        'TH',
        (await envelopeOf(th.signer, { ...green, handling: { tlp: 'AMBER' } }, { version: 2 }))
          .envelope,
      )
      const all = await trace(id)
      t.same(
        all.notices.map(({ issuer, versions }) => [issuer, versions.map((v) => v.version)]),
        [
          ['TH', [1, 2]],
          ['VN', [1]],
        ],
      )
      t.same(
        (await trace(id, '?issuer=VN')).notices.map((n) => n.issuer),
        ['VN'],
      )
      const ofKh = all.notices[0]!.versions[0]!.others.find((o) => o.agency === 'KH-ACD')
      t.match(
        ofKh,
        { mayRead: false, rule: 'not-released' },
        'the newest version must allow an earlier one as well',
      )
      await handOver(one.answer.index!, 'KH-ACD', 'bare')
      t.match(
        (await trace(id)).notices[0]!.versions[0],
        {
          deliveries: [{ agency: 'KH-ACD', told: 'bare' }],
          others: [{}, {}, { agency: 'KH-ACD', mayRead: false }],
        },
        'told without content is not handed over',
      )
    },
  )

  await t.test(
    'conditions count as acknowledged by the agency that did, and the end of a notice is a step',
    async (t) => {
      const soon = nowMicros() + 400_000
      const handling = {
        tlp: 'GREEN',
        codes: ['H3'],
        conditions: 'call first',
        expires: formatMicros(soon),
      }
      const { id, envelope } = await envelopeOf(th.signer, phone({ handling }))
      await takeIn('TH', envelope)
      await insertAcknowledgement(
        pool,
        { agency: 'KH-ACD', client: 'kh-feed' },
        { issuer: 'TH', id, version: 1 },
        nowMicros(),
      )
      const rules = async (): Promise<Record<string, string>> =>
        Object.fromEntries(
          (await trace(id)).notices[0]!.versions[0]!.others.map((o) => [o.agency, o.rule]),
        )
      t.match(await rules(), { 'KH-ACD': 'green', 'VN-C06': 'conditions-not-acknowledged' })
      await until('it falls due', async () => (await expireNotices(pool, 10, rightClock.trust)) > 0)
      const version = (await trace(id)).notices[0]!.versions[0]!
      t.match(
        [version.status, version.steps.at(-1)],
        ['expired', { step: 'expired', at: String, index: Number }],
      )
      t.match(await rules(), { 'KH-ACD': 'expired' })
      t.match((await ask(`/v1/why?notice=${id}&agency=KH-ACD`)).body, {
        versions: [
          {
            acknowledged: String,
            asLogged: { rule: 'conditions-not-acknowledged' },
            asOfNow: { rule: 'expired', existence: true },
          },
        ],
      })
    },
  )
}
