import t from 'tap'
import type { Marked } from '#core/decide/decide.ts'
import type { Registry } from '#core/registry/registry.ts'
import { isVictimFirst, victimDesks, waitsFor } from '#core/decide/victim-first.ts'
import { loggedAt, plain, settled } from './decide-model.ts'

const headStart = 100
/**
 * The desks of the model. M1-ALL belongs to the issuer; here M2 and the corporate partner have some
 * too.
 */
const desks = new Set(['M1-ALL', 'M2-ALL', 'M2-NONE', 'D-ALL', 'X'])
const registry: Registry = {
  ...settled.registry,
  agencies: new Map(
    [...settled.registry.agencies].map(([id, a]) => [
      id,
      { ...a, roles: desks.has(id) ? ['victim-desk'] : a.roles },
    ]),
  ),
}
const victim: Marked = {
  ...plain,
  operatorStatus: 'possible-victim',
  release: { participants: ['M2'], partners: ['X'] },
}
const reader = (agency: string) => ({
  participant: registry.agencies.get(agency)!.participant,
  agency,
  purpose: 'criminal-investigation' as const,
})

await t.test(
  'it is versions on victims that are told to victim desks first, and nothing else',
  (t) => {
    for (const [operatorStatus, first] of [
      ['possible-victim', true],
      ['confirmed-victim', true],
      ['suspect', false],
      ['unknown', false],
      ['victim', false],
    ] as const) {
      for (const status of ['active', 'revoked', 'expired'] as const)
        t.equal(
          isVictimFirst({ ...victim, operatorStatus, status }),
          first && status === 'active',
          `${operatorStatus}, ${status}`,
        )
    }
    t.end()
  },
)

await t.test(
  'the desks that are waited for are those that may have the content, and no corporate partner',
  (t) => {
    const rows: [string, Partial<Marked>, string[]][] = [
      ['released to M2: not M2-NONE, which has no right to read', {}, ['M2-ALL']],
      ['released to nobody', { release: null }, []],
      [
        'released to a dialogue partner, too',
        { release: { participants: ['M2', 'D'] } },
        ['D-ALL', 'M2-ALL'],
      ],
      ['excluded', { release: { participants: ['M2'], exclude: ['M2-ALL'] } }, []],
      [
        'for a purpose it holds, whatever others read it for',
        { purposes: ['victim-rescue'] },
        ['M2-ALL'],
      ],
      ['for a purpose it does not hold', { purposes: ['border-management'] }, []],
      ['under conditions', { codes: ['H3'] }, ['M2-ALL']],
      ['above AMBER it is given to nobody', { tlp: 'GREEN', release: null }, []],
      ['expired', { expires: loggedAt }, []],
    ]
    for (const [title, more, due] of rows)
      t.strictSame(victimDesks({ ...victim, ...more }, registry, loggedAt), due, title)
    t.strictSame(
      victimDesks(victim, { ...registry, participants: new Map() }, loggedAt),
      [],
      'without their participants',
    )
    t.end()
  },
)

await t.test(
  'a reader waits for the desks until the head start is over; a desk and the originator never do',
  (t) => {
    const rows: [string, string, Partial<Marked>, number, string[]][] = [
      ['another agency of the release', 'M2-READ', {}, 0, ['M2-ALL']],
      ['at the last moment', 'M2-READ', {}, headStart - 1, ['M2-ALL']],
      ['when it is over', 'M2-READ', {}, headStart, []],
      ['a corporate partner', 'X-NONE', {}, 0, ['M2-ALL']],
      ['the desk', 'M2-ALL', {}, 0, []],
      ['the submitting agency', 'M1-SUB', {}, 0, []],
      ['its NCB', 'M1-NCB', {}, 0, []],
      ['the NCB of another', 'M2-NCB', {}, 0, ['M2-ALL']],
      ['no victim', 'M2-READ', { operatorStatus: 'suspect' }, 0, []],
      ['a revocation', 'M2-READ', { status: 'revoked' }, 0, []],
      [
        'without a desk among the released',
        'M2-READ',
        { release: { agencies: ['M2-READ'] } },
        0,
        [],
      ],
    ]
    for (const [title, agency, more, after, due] of rows)
      t.strictSame(
        waitsFor(reader(agency), { ...victim, ...more }, registry, loggedAt + after, headStart),
        due,
        title,
      )
    for (const stranger of [
      { participant: 'nobody', agency: 'nobody' },
      { participant: 'M1', agency: 'nobody' },
      { participant: 'nobody', agency: 'M1-SUB' },
    ]) {
      t.strictSame(
        waitsFor(stranger, victim, registry, loggedAt, headStart),
        ['M2-ALL'],
        `${JSON.stringify(stranger)} is not known: it waits, and is told nothing anyway`,
      )
    }
    t.end()
  },
)
