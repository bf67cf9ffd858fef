import t from 'tap'
import { checkAction, isUrgent, type RegistryAction } from '#core/registry/action.ts'
import {
  admitParticipant,
  enrolKey,
  registryOf,
  revokeKey,
  type RegistryChange,
} from '#core/registry/change.ts'
import type { Key, Registry } from '#core/registry/registry.ts'
import { key, slow, urgent } from './registry-proposal-fixtures.ts'

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
