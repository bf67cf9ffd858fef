import t from 'tap'
import { accessOf, defaultRates, ruleText } from '#core/kafka/access.ts'
import { participant, registryOf } from './kafka-access-fixtures.ts'

const hubRules = [
  'hub may read topic submitted.*',
  'hub may write topic replies.*',
  'hub may read group hub-intake',
]

const gatewayRules = (p: string): string[] => [
  `gateway-${p} may write topic submitted.${p}`,
  `gateway-${p} may read topic replies.${p}`,
  `gateway-${p} may read group gateway-${p}`,
]

await t.test('the registry says who reaches what at Kafka', async (t) => {
  for (const [what, registry, expected] of [
    ['nobody admitted', registryOf(), []],
    [
      'members and dialogue partners',
      registryOf(participant('TH'), participant('JP', { type: 'dialogue-partner' })),
      ['JP', 'TH'],
    ],
    [
      'a corporate partner does not',
      registryOf(participant('EXCHANGE-1', { type: 'corporate-partner' })),
      [],
    ],
    [
      'one that is suspended still does, to be told so',
      registryOf(participant('TH', { status: 'suspended' })),
      ['TH'],
    ],
    [
      'one that withdrew does not',
      registryOf(participant('TH', { admitted: [{ from: 0, to: 5 }] })),
      [],
    ],
    [
      'one admitted later does not yet',
      registryOf(participant('TH', { admitted: [{ from: 11 }] })),
      [],
    ],
    [
      'one admitted again does',
      registryOf(participant('TH', { admitted: [{ from: 0, to: 5 }, { from: 7 }] })),
      ['TH'],
    ],
  ] as const) {
    const access = accessOf(registry, 10)
    t.same(access.rules.map(ruleText), [...hubRules, ...expected.flatMap(gatewayRules)], what)
    t.same([...access.users], ['hub', ...expected.map((p) => `gateway-${p}`)])
    t.same(
      [...access.rates],
      [['hub', defaultRates.hub], ...expected.map((p) => [`gateway-${p}`, defaultRates.gateway])],
    )
  }
})
