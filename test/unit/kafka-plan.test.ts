import t from 'tap'
import {
  accessOf,
  defaultRates,
  isInForce,
  planAccess,
  ruleText,
  type AccessRule,
  type KafkaAccess,
} from '#core/kafka/access.ts'
import { participant, registryOf } from './kafka-access-fixtures.ts'

const nobody: KafkaAccess = { rules: [], rates: new Map(), users: new Set() }

const rule = (principal: string, more: Partial<AccessRule> = {}): AccessRule => ({
  principal,
  permission: 'allow',
  operation: 'read',
  resource: 'topic',
  pattern: 'literal',
  name: 'submitted.TH',
  host: '*',
  ...more,
})

await t.test(
  'a plan makes of what was found what is wanted, and a second one is empty',
  async (t) => {
    const wanted = accessOf(registryOf(participant('TH')), 10)
    t.ok(isInForce(planAccess(wanted, wanted)))
    const first = planAccess(wanted, nobody)
    t.same(
      [first.addRules, first.addUsers, first.setRates.map((r) => r.principal)],
      [wanted.rules, ['hub', 'gateway-TH'], ['hub', 'gateway-TH']],
    )
    t.notOk(isInForce(first))
    const all = planAccess(nobody, wanted)
    t.same(
      [all.removeRules, all.removeUsers, all.removeRates],
      [wanted.rules, ['hub', 'gateway-TH'], ['hub', 'gateway-TH']],
      'what nothing calls for is removed',
    )
    for (const [what, rates] of [
      ['another rate', { producer: 1, consumer: defaultRates.hub.consumer }],
      ['only one of the two', { producer: defaultRates.hub.producer }],
      ['none', undefined],
    ] as const) {
      const found = {
        ...wanted,
        rates: new Map(
          [...wanted.rates].flatMap(([name, own]) =>
            name === 'hub' ? (rates ? [[name, rates] as const] : []) : [[name, own] as const],
          ),
        ),
      }
      t.same(
        planAccess(wanted, found).setRates,
        [{ principal: 'hub', rates: defaultRates.hub }],
        what,
      )
    }
  },
)

await t.test(
  'rules of ours that differ in anything are removed, those of others never',
  async (t) => {
    const wanted = accessOf(registryOf(participant('TH')), 10)
    for (const more of [
      { permission: 'deny' },
      { host: '10.0.0.1' },
      { pattern: 'prefixed' },
      { operation: 'all' },
      { name: '*' },
      { resource: 'cluster', name: 'kafka-cluster' },
      { resource: 'transactionalid', name: 'x' },
    ] as const) {
      for (const principal of ['hub', 'gateway-TH', 'gateway-XX']) {
        const odd = rule(principal, more)
        t.same(
          planAccess(wanted, { ...wanted, rules: [...wanted.rules, odd] }).removeRules,
          [odd],
          ruleText(odd),
        )
      }
      t.same(
        planAccess(wanted, { ...wanted, rules: [...wanted.rules, rule('mirror', more)] })
          .removeRules,
        [],
      )
    }
    const others = {
      rules: [],
      rates: new Map([['mirror', { producer: 1 }]]),
      users: new Set(['mirror']),
    }
    const plan = planAccess(nobody, others)
    t.same([plan.removeRates, plan.removeUsers], [[], []])
  },
)

await t.test('rules of others that reach our topics or groups are named', async (t) => {
  for (const [reaches, more] of [
    [true, {}],
    [true, { name: '*' }],
    [true, { name: 'sub', pattern: 'prefixed' }],
    [true, { name: 'replies.', pattern: 'prefixed' }],
    [true, { name: 'submitted.TH', pattern: 'prefixed' }],
    [true, { resource: 'group', name: 'hub-intake' }],
    [true, { resource: 'group', name: 'g', pattern: 'prefixed' }],
    [true, { resource: 'group', name: '*' }],
    [false, { name: 'other' }],
    [false, { name: 'sub' }],
    [false, { permission: 'deny' }],
    [false, { resource: 'cluster', name: 'kafka-cluster' }],
    [false, { name: 'other', pattern: 'prefixed' }],
  ] as const) {
    const odd = rule('mirror', more)
    t.same(
      planAccess(nobody, { ...nobody, rules: [odd] }).foreign,
      reaches ? [odd] : [],
      ruleText(odd),
    )
  }
})
