import * as fc from 'fast-check'
import t from 'tap'
import { readMispEvent } from '#core/import/misp.ts'
import { readBundle } from '#core/import/stix.ts'
import { numRuns, bodies } from './import-fixtures.ts'

const attribute = (object_relation: string, value: string, more = {}) => ({
  object_relation,
  value,
  ...more,
})

const event = {
  info: 'centre',
  Tag: [{ name: 'tlp:green' }, { name: 'ours:offence="job-scam"' }],
  Object: [
    {
      name: 'phone-number',
      first_seen: '2026-01-01T07:00:00+07:00',
      Attribute: [
        attribute('phone-number', '+66812345678', { Tag: [{ name: 'tlp:amber+strict' }] }),
      ],
    },
    {
      name: 'phone',
      comment: 'sim',
      Attribute: [attribute('msisdn', '66812345678'), attribute('model', '1')],
    },
    {
      name: 'bank-account',
      Attribute: [attribute('account', '0012'), attribute('swift', 'KASITHBK')],
    },
    {
      name: 'coin-address',
      Attribute: [
        attribute('address-crypto', 'T1'),
        attribute('symbol', 'USDT'),
        attribute('address', 'b', { deleted: true }),
      ],
    },
    {
      name: 'coin-address',
      Attribute: [attribute('address-crypto', '0x1'), attribute('symbol', 'eth')],
    },
    { name: 'file', Attribute: [] },
    { name: 'phone', deleted: true, Attribute: [attribute('msisdn', '1')] },
    'odd',
  ],
  Attribute: [
    { type: 'phone-number', value: '1' },
    { type: 'iban', value: 'X' },
    { type: 'btc', value: 'B' },
    { type: 'xmr', value: 'M' },
    { type: 'ip-dst|port', value: '1.2.3.4|443' },
    { type: 'btc', value: 'D', deleted: true },
  ],
}

await t.test(
  'MISP: objects and attributes become notices with the strictest tag; what is deleted does not',
  async (t) => {
    const common = { offences: ['job-scam'], narrative: 'centre', handling: { tlp: 'GREEN' } }
    t.same(bodies(readMispEvent({ Event: event })), [
      [
        1,
        '/Event/Object/0',
        {
          ...common,
          kind: 'phone-number',
          subject: { number: '+66812345678' },
          observed: { first: '2026-01-01T00:00:00.000Z' },
          handling: { tlp: 'AMBER+STRICT' },
        },
      ],
      [
        2,
        '/Event/Object/1',
        {
          ...common,
          kind: 'phone-number',
          subject: { number: '+66812345678' },
          narrative: 'centre\nsim',
        },
      ],
      [
        3,
        '/Event/Object/2',
        {
          ...common,
          kind: 'bank-account',
          subject: {
            account: '0012',
            institution: { scheme: 'bic', id: 'KASITHBK' },
            country: 'TH',
          },
        },
      ],
      [4, '/Event/Object/3', { ...common, kind: 'wallet-address', subject: { address: 'T1' } }],
      [
        5,
        '/Event/Object/4',
        { ...common, kind: 'wallet-address', subject: { address: '0x1', chain: 'evm' } },
      ],
      [6, '/Event/Attribute/0', { ...common, kind: 'phone-number', subject: { number: '1' } }],
      [7, '/Event/Attribute/1', { ...common, kind: 'bank-account', subject: { iban: 'X' } }],
      [
        8,
        '/Event/Attribute/2',
        { ...common, kind: 'wallet-address', subject: { address: 'B', chain: 'bitcoin' } },
      ],
      [
        9,
        '/Event/Attribute/3',
        { ...common, kind: 'wallet-address', subject: { address: 'M', chain: 'monero' } },
      ],
    ])
    for (const odd of [null, [], {}, { Event: 1 }])
      t.equal(bodies(readMispEvent(odd)), 'import/not-misp')
  },
)

await t.test(
  'MISP: a phone is a notice for its number and for each of the device; addresses stand alone',
  async (t) => {
    const phone = [
      attribute('msisdn', '66812345678'),
      attribute('iccid', '89'),
      attribute('imei', '1'),
      attribute('imei', '2'),
      attribute('imsi', '520', { deleted: true }),
    ]
    const addresses = [
      { type: 'ip-dst', value: '1.2.3.4' },
      { type: 'ip-src', value: '2e00:db8::1' },
    ]
    const read = readMispEvent({
      Event: { Object: [{ name: 'phone', Attribute: phone }], Attribute: addresses },
    })
    t.same(bodies(read), [
      [1, '/Event/Object/0', { kind: 'phone-number', subject: { number: '+66812345678' } }],
      [2, '/Event/Object/0', { kind: 'device', subject: { imei: '1' } }],
      [3, '/Event/Object/0', { kind: 'device', subject: { imei: '2' } }],
      [4, '/Event/Object/0', { kind: 'device', subject: { iccid: '89' } }],
      [5, '/Event/Attribute/0', { kind: 'ip-address', subject: { address: '1.2.3.4' } }],
      [6, '/Event/Attribute/1', { kind: 'ip-address', subject: { address: '2e00:db8::1' } }],
    ])
  },
)

await t.test('the converters answer whatever JSON there is', async () => {
  const objects = fc.array(
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record({
        type: fc.constantFrom(
          'indicator',
          'phone-number',
          'bank-account',
          'ipv4-addr',
          'imei',
          'marking-definition',
        ),
        value: fc.jsonValue({ maxDepth: 1 }),
        pattern: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string()),
        pattern_type: fc.constant('stix'),
        extensions: fc.jsonValue({ maxDepth: 2 }),
        object_marking_refs: fc.jsonValue({ maxDepth: 2 }),
        labels: fc.jsonValue({ maxDepth: 2 }),
      }),
    ),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(
      objects,
      (list) =>
        readBundle({ type: 'bundle', objects: list }).ok &&
        readMispEvent({ Event: { Object: list, Attribute: list, Tag: list } }).ok,
    ),
    { numRuns },
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      readBundle(value)
      readMispEvent(value)
    }),
    { numRuns },
  )
})
