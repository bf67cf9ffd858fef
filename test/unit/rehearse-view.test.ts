import t from 'tap'
import type { Marked } from '#core/decide/decide.ts'
import { rehearse } from '#core/rehearsal/rehearse.ts'
import { rehearseByMessage } from '#core/rehearsal/by-message.ts'
import { rehearsalView } from '#core/rehearsal/view.ts'
import type { Agency } from '#core/registry/registry.ts'
import { registryMessage } from '#core/registry/message.ts'
import { loggedAt, now, plain } from './decide-model.ts'
import { registry, sent } from './rehearse-fixtures.ts'

await t.test(
  'a rehearsal tells members by their paths: given, withheld, and the advice of a partner',
  async (t) => {
    const content = {
      kind: 'bank-account',
      subject: { account: '1', holder: 'h' },
      offences: ['money-mule'],
      narrative: 'n',
      contact: { name: 'c' },
      advice: 'monitor',
      agency: 'M1-SUB',
      handling: { tlp: 'AMBER', release: { participants: ['M2'], partners: ['X'] } },
    }
    const of = (operatorStatus: string, advice: string) => {
      const rehearsal = rehearseByMessage(
        { ...plain, operatorStatus, loggedAt, release: content.handling.release },
        registryMessage(registry, 'M1', now),
        now,
      )!
      const { agencies, participants } = rehearsalView(rehearsal, { ...content, advice }) as {
        agencies: { agency: string; sees: string[]; withheld: string[] }[]
        participants: {
          participant: string
          others: { rule: string; sees: string[]; withheld: string[] }[]
        }[]
      }
      return {
        own: agencies.find((a) => a.agency === 'M1-SUB')!,
        partner: participants
          .find((p) => p.participant === 'X')!
          .others.find((o) => o.rule === 'partner-redacted')!,
        police: participants
          .find((p) => p.participant === 'M2')!
          .others.find((o) => o.withheld.includes('contact') && o.sees.length > 0)!,
      }
    }
    const clear = ['kind', 'subject.account', 'offences', 'handling.tlp']
    const { own, partner, police } = of('suspect', 'monitor')
    t.strictSame([own.withheld, own.sees.length], [[], 10])
    t.strictSame(partner.sees.toSorted(), [...clear, 'advice'].sort())
    t.strictSame(partner.withheld, [
      'subject.holder',
      'narrative',
      'contact',
      'agency',
      'handling.release',
    ])
    t.strictSame(police.withheld, ['contact', 'handling.release'])
    t.notOk(
      of('possible-victim', 'monitor').partner.sees.includes('advice'),
      'of a possible victim, no advice but block',
    )
    t.ok(of('possible-victim', 'block').partner.sees.includes('advice'))
  },
)

await t.test('a rehearsal tells which victim desks others wait for', async (t) => {
  const desks = {
    ...registry,
    agencies: new Map(
      [...registry.agencies].map(([id, a]): [string, Agency] => [
        id,
        {
          ...a,
          roles: ['M1-ALL', 'M2-ALL', 'M2-NONE', 'X'].includes(id) ? ['victim-desk'] : a.roles,
        },
      ]),
    ),
  }
  const notice: Marked = {
    ...plain,
    loggedAt: now,
    operatorStatus: 'possible-victim',
    release: { participants: ['M1', 'M2'], partners: ['X'] },
  }
  const first = (marked: Marked): string[] =>
    rehearse(marked, desks, now)
      .filter((r) => r.toldFirst === true)
      .map((r) => r.agency)
  t.strictSame(first(notice), ['M1-ALL', 'M2-ALL'], 'those that see it, and no corporate partner')
  t.strictSame(first({ ...notice, operatorStatus: 'suspect' }), [])
  t.strictSame(first({ ...notice, expires: now }), [], 'of an expired one nobody gets the content')
  t.notOk(
    rehearse(notice, desks, now).some((r) => 'toldFirst' in r && r.toldFirst !== true),
    'nobody else has the mark',
  )
  const { agencies, participants } = rehearsalView(
    rehearseByMessage(notice, sent(registryMessage(desks, 'M1', now)), now)!,
    { kind: 'url' },
  ) as {
    agencies: { agency: string; toldFirst?: true }[]
    participants: { participant: string; others: { most: number; toldFirst?: true }[] }[]
  }
  t.strictSame(
    agencies.filter((a) => a.toldFirst).map((a) => a.agency),
    ['M1-ALL'],
  )
  t.strictSame(
    participants.flatMap((p) =>
      p.others.filter((o) => o.toldFirst).map((o) => [p.participant, o.most]),
    ),
    [['M2', 1]],
    'of others, how many',
  )
})
