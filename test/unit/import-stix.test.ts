import t from 'tap'
import { noticeExtension, readBundle } from '#core/import/stix.ts'
import { readPattern } from '#core/import/stix-pattern.ts'
import { bodies } from './import-fixtures.ts'

await t.test(
  'patterns: equalities of one object, joined by AND; everything else is not read',
  async (t) => {
    const rows: [string, unknown][] = [
      [
        "[phone-number:value = '+66812345678']",
        { kind: 'phone-number', subject: { number: '+66812345678' } },
      ],
      [
        " [ cryptocurrency-wallet:value='a\\'b\\\\' ] ",
        { kind: 'wallet-address', subject: { address: "a'b\\" } },
      ],
      ["[bank-account:iban = 'X']", { kind: 'bank-account', subject: { iban: 'X' } }],
      [
        "[bank-account:account_number = '12' AND bank-account:bic = 'KASITHBK']",
        {
          kind: 'bank-account',
          subject: { account: '12', institution: { scheme: 'bic', id: 'KASITHBK' }, country: 'TH' },
        },
      ],
      ["[ipv4-addr:value = '1.2.3.4']", { kind: 'ip-address', subject: { address: '1.2.3.4' } }],
      ["[ipv6-addr:value='2e00::1']", { kind: 'ip-address', subject: { address: '2e00::1' } }],
      ["[imei:value = '3']", { kind: 'device', subject: { imei: '3' } }],
      ["[imsi:value = '5']", { kind: 'device', subject: { imsi: '5' } }],
      ["[iccid:value = '8']", { kind: 'device', subject: { iccid: '8' } }],
    ]
    for (const [pattern, found] of rows) t.same(readPattern(pattern), found, pattern)
    for (const pattern of [
      '',
      '[]',
      "[phone-number:value = 'a'",
      "[phone-number:value != 'a']",
      "[phone-number:value = 'a' OR phone-number:value = 'b']",
      "[phone-number:value = 'a'] AND [phone-number:value = 'b']",
      "[phone-number:value IN ('a')]",
      "[phone-number:value = 'a' AND url:value = 'b']",
      "[phone-number:value = 'a' AND phone-number:value = 'b']",
      "[phone-number:country = 'a']",
      "[bank-account:bic = 'a']",
      "[ipv4-addr:value ISSUBSET '1.2.3.0/24']",
      "[ipv4-addr:belongs_to_refs = 'a']",
      "[mac-addr:value = 'a']",
      "[phone-number:value = 'a'x]",
    ])
      t.equal(readPattern(pattern), undefined, pattern)
    const before = performance.now()
    readPattern(`[phone-number:value = '${'\\'.repeat(200_001)}]`)
    readPattern(`[phone-number:value = 'a'${' '.repeat(200_000)}x]`)
    t.ok(performance.now() - before < 1000, 'without backtracking')
  },
)

const tlp = {
  green: 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  amber: 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82',
}

const own = 'marking-definition--11111111-1111-4111-8111-111111111111'

const objects = [
  { type: 'marking-definition', id: own, extensions: { x: { tlp_2_0: 'amber+strict' } } },
  {
    type: 'phone-number',
    value: '1',
    object_marking_refs: [tlp.green, tlp.amber, 'marking-definition--other'],
  },
  {
    type: 'phone-number',
    value: '2',
    object_marking_refs: [tlp.green, own],
    extensions: {
      [noticeExtension]: {
        extension_type: 'property-extension',
        handling: { tlp: 'CLEAR', codes: ['H1'] },
        subject: { role: 'displayed' },
      },
    },
  },
  { type: 'phone-number', value: '3' },
  {
    type: 'indicator',
    pattern_type: 'stix',
    pattern: "[phone-number:value = '3']",
    valid_until: '2030-01-01T00:00:00Z',
    labels: ['x', 'job-scam'],
  },
  {
    type: 'indicator',
    revoked: true,
    pattern_type: 'stix',
    pattern: "[phone-number:value = '4']",
  },
  { type: 'indicator', pattern_type: 'sigma', pattern: 'x' },
  { type: 'bank-account' },
  null,
  7,
  { type: 'report' },
  { type: 'ipv4-addr', value: '1.2.3.4', object_marking_refs: [tlp.green] },
  { type: 'imei', value: '3' },
]

await t.test(
  'STIX: the strictest marking wins, also over our extension; an observable of an indicator ' +
    'is no second row',
  async (t) => {
    t.same(bodies(readBundle({ type: 'bundle', objects })), [
      [
        1,
        '/objects/1',
        { kind: 'phone-number', subject: { number: '1' }, handling: { tlp: 'AMBER' } },
      ],
      [
        2,
        '/objects/2',
        {
          kind: 'phone-number',
          subject: { number: '2', role: 'displayed' },
          handling: { tlp: 'AMBER+STRICT', codes: ['H1'] },
        },
      ],
      [
        3,
        '/objects/4',
        {
          kind: 'phone-number',
          subject: { number: '3' },
          offences: ['job-scam'],
          handling: { expires: '2030-01-01T00:00:00Z' },
        },
      ],
      [4, '/objects/5', 'import/revoked'],
      [5, '/objects/6', 'import/unsupported-pattern'],
      [6, '/objects/7', 'import/not-stix'],
      [
        7,
        '/objects/11',
        { kind: 'ip-address', subject: { address: '1.2.3.4' }, handling: { tlp: 'GREEN' } },
      ],
      [8, '/objects/12', { kind: 'device', subject: { imei: '3' } }],
    ])
    for (const odd of [null, [], {}, { type: 'bundle' }, { type: 'report', objects: [] }])
      t.equal(bodies(readBundle(odd)), 'import/not-stix')
  },
)
