import t from 'tap'
import type { RegistryAction } from '#core/registry/action.ts'
import { isAgreed, mayNotDecide, stateOf, type Proposal } from '#core/registry/proposal.ts'
import { slow, urgent } from './registry-proposal-fixtures.ts'

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
