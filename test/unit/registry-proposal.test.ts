import t from 'tap'
import { checkAction, isUrgent, type RegistryAction } from '#core/registry/action.ts'
import {
  admitParticipant,
  enrolKey,
  registryOf,
  revokeKey,
  type RegistryChange,
} from '#core/registry/change.ts'
import { isAgreed, mayNotDecide, stateOf, type Proposal } from '#core/registry/proposal.ts'
import type { Key, Registry } from '#core/registry/registry.ts'
import { keyPair } from '#test/support/key-pair.ts'

const key = keyPair()
const slow: RegistryAction = { action: 'withdraw-participant', id: 'TH' }
const urgent: RegistryAction = { action: 'revoke-key', kid: key.kid, reason: 'compromised' }
const proposal = (
  action: RegistryAction,
  ofHub: boolean,
  decisions: readonly [who: string, verdict: 'approved' | 'rejected'][],
): Proposal => ({
  id: 1,
  action,
  participant: 'TH',
  proposedBy: { who: 'a', ofHub },
  at: 0,
  why: 'w',
  expires: 100,
  registryVersion: 1,
  inForceSince: null,
  decisions: decisions.map(([who, verdict]) => ({ who, verdict, at: 1, why: 'w' })),
})
const yes = 'approved'
const no = 'rejected'

await t.test(
  'two persons of the hub agree, and only then is it agreed; one rejection ends it',
  async (t) => {
    const rows: [
      action: RegistryAction,
      ofHub: boolean,
      decisions: [string, 'approved' | 'rejected'][],
      now: number,
      state: string,
    ][] = [
      [slow, true, [], 99, 'open'],
      [slow, true, [], 100, 'expired'],
      [slow, true, [['b', yes]], 200, 'approved'],
      [slow, true, [['b', no]], 1, 'rejected'],
      [slow, false, [['b', yes]], 1, 'open'],
      [slow, false, [['b', yes]], 100, 'expired'],
      [
        slow,
        false,
        [
          ['b', yes],
          ['c', yes],
        ],
        1,
        'approved',
      ],
      [
        slow,
        false,
        [
          ['b', yes],
          ['c', no],
        ],
        1,
        'rejected',
      ],
      [urgent, true, [], 99, 'unconfirmed'],
      [urgent, true, [], 100, 'overdue'],
      [urgent, true, [['b', yes]], 200, 'approved'],
      [urgent, false, [['b', yes]], 1, 'approved'],
      [urgent, true, [['b', no]], 1, 'rejected'],
    ]
    for (const [action, ofHub, decisions, now, state] of rows)
      t.equal(
        stateOf(proposal(action, ofHub, decisions), now),
        state,
        JSON.stringify([action.action, ofHub, decisions, now]),
      )
    t.notOk(isAgreed(proposal(slow, true, [['a', yes]])), 'the same person twice is one')
  },
)

await t.test(
  'nobody decides twice, nor on what he proposed, nor too late but to confirm',
  async (t) => {
    const rows: [p: Proposal, who: string, now: number, code: string | undefined][] = [
      [proposal(slow, true, []), 'b', 1, undefined],
      [proposal(slow, true, []), 'a', 1, 'proposal/same-person'],
      [proposal(slow, false, [['b', yes]]), 'b', 1, 'proposal/same-person'],
      [proposal(slow, true, []), 'b', 100, 'proposal/expired'],
      [proposal(urgent, true, []), 'b', 100, undefined],
      [proposal(slow, true, [['b', no]]), 'c', 1, 'proposal/decided'],
      [proposal(urgent, true, [['b', yes]]), 'c', 1, 'proposal/decided'],
    ]
    for (const [p, who, now, code] of rows)
      t.equal(mayNotDecide(p, who, now)?.code, code, `${p.action.action}, ${who}, ${now}`)
  },
)

await t.test('only what closes a door is in force by one person', async (t) => {
  const jwk = key.jwk
  const rows: [RegistryAction, boolean][] = [
    [{ action: 'suspend-participant', id: 'TH' }, true],
    [urgent, true],
    [{ ...urgent, reason: 'superseded' }, false],
    [{ action: 'reinstate-participant', id: 'TH' }, false],
    [slow, false],
    [{ action: 'admit-participant', participant: { id: 'TH', type: 'member', name: 'x' } }, false],
    [{ action: 'set-grant', id: 'TH', grant: { rights: [], purposes: [] } }, false],
    [{ action: 'set-group', id: 'G', name: 'G', members: [] }, false],
    [{ action: 'enrol-key', owner: 'TH', purpose: 'notice', jwk, valid: {} }, false],
  ]
  for (const [action, is] of rows) t.equal(isUrgent(action), is, JSON.stringify(action))
})

const after = (...changes: readonly [RegistryChange, number][]): Registry =>
  changes.reduce<Registry>(
    (registry, [change, at]) => {
      const rows = [...registry.participants.values()].map((body) => ({
        kind: 'participant' as const,
        id: body.id,
        body,
      }))
      const keys = [...registry.keys.values()].map((body) => ({
        kind: 'key' as const,
        id: body.kid,
        body,
      }))
      const next = new Map(
        [...rows, ...keys, ...change(registry, at)].map((row) => [`${row.kind} ${row.id}`, row]),
      )
      return registryOf(registry.version + 1, [...next.values()])
    },
    registryOf(0, []),
  )
const th: [RegistryChange, number] = [admitParticipant({ id: 'TH', type: 'member', name: 'TH' }), 0]
const enrolled = (valid: Partial<Key['valid']> = {}): [RegistryChange, number] => [
  enrolKey({ kid: key.kid, owner: 'TH', purpose: 'notice', jwk: key.jwk }, valid),
  1000,
]

await t.test(
  'a superseded key ends when its overlap does and never later than it would have; a ' +
    'compromised one at once and for good',
  async (t) => {
    const of = (...changes: readonly [RegistryChange, number][]) =>
      after(th, ...changes).keys.get(key.kid)!
    const [superseded, compromised] = [
      revokeKey(key.kid, 'superseded', { overlapMs: 5 }),
      revokeKey(key.kid, 'compromised', { suspectedSince: 7 }),
    ]
    t.match(of(enrolled(), [superseded, 2000]), {
      status: 'superseded',
      valid: { from: 1000, to: 7000 },
    })
    t.match(of(enrolled({ to: 3000 }), [superseded, 2000]), { valid: { to: 3000 } })
    t.match(
      of(enrolled({ from: 9000 }), [superseded, 2000]),
      { valid: { from: 9000, to: 9000 } },
      'one that has not begun never does',
    )
    t.match(of(enrolled(), [superseded, 2000], [compromised, 2500]), {
      status: 'compromised',
      valid: { to: 2500 },
      suspectedSince: 7,
    })
    t.match(of(enrolled(), [compromised, 2000], [superseded, 3000]), {
      status: 'compromised',
      valid: { to: 2000 },
    })
    t.match(
      checkAction(
        { ...urgent, reason: 'superseded' },
        after(th, enrolled(), [compromised, 2000]),
        3000,
      ),
      { code: 'registry/no-change' },
    )
    t.equal(checkAction(urgent, after(th, enrolled(), [superseded, 2000]), 3000), undefined)
  },
)
