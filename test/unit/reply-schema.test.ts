import t from 'tap'
import { registryMessage } from '#core/registry/message.ts'
import { checkReply } from '#core/schema/check.ts'
import { id } from './schema-messages-fixtures.ts'

const receipts = { iss: 'hub', aud: 'TH', type: 'receipts', iat: 1_795_500_000 }

const digest = 'a'.repeat(64)

const registry = {
  iss: 'hub',
  aud: 'TH',
  type: 'registry',
  iat: 1_795_500_000,
  version: 3,
  participants: [],
  agencies: [],
  groups: [],
  hubKeys: [],
}

await t.test('a reply of either type is read; members added later are let through', async (t) => {
  const good = [
    { ...receipts, receipts: [] },
    {
      ...receipts,
      receipts: [
        { digest, status: 'held' },
        {
          digest,
          id,
          version: 2,
          status: 'accepted',
          index: 0,
          time: '2026-11-24T03:50:12.000001Z',
        },
      ],
    },
    {
      ...receipts,
      receipts: [
        {
          digest,
          status: 'rejected',
          code: 'notice/unknown-member',
          pointer: '/a~1b',
          detail: 'x',
          later: true,
        },
      ],
      later: {},
    },
    registry,
    {
      ...registry,
      participants: [{ id: 'TH', type: 'member', status: 'active' }],
      agencies: [{ id: 'TH-CCIB', participant: 'TH', status: 'suspended' }],
      groups: [{ id: 'ASEAN', members: ['TH'] }],
      hubKeys: [
        {
          kid: 'k'.repeat(43),
          purpose: 'reply',
          jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) },
        },
      ],
    },
  ]
  for (const message of good) t.equal(checkReply(message).ok, true, JSON.stringify(message))
})

await t.test(
  'a reply that is not as the hub signs it is refused; a type not known here is told by the ' +
    'pointer /type',
  async (t) => {
    const bad: readonly (readonly [object | null, string])[] = [
      [{ ...receipts, type: 'checkpoint' }, '/type'],
      [{ ...receipts, type: undefined }, '/type'],
      [null, ''],
      [{ ...receipts }, '/receipts'],
      [{ ...receipts, iss: 'KH', receipts: [] }, '/iss'],
      [
        { ...receipts, receipts: [{ digest: 'A'.repeat(64), status: 'held' }] },
        '/receipts/0/digest',
      ],
      [{ ...receipts, receipts: [{ digest }] }, '/receipts/0/status'],
      [{ ...receipts, receipts: [{ digest, status: 'lost' }] }, '/receipts/0/status'],
      [{ ...receipts, receipts: [{ digest, status: 'accepted', index: -1 }] }, '/receipts/0/index'],
      [
        {
          ...receipts,
          receipts: [{ digest, status: 'accepted', time: '2026-11-24T03:50:12+07:00' }],
        },
        '/receipts/0/time',
      ],
      [{ ...registry, hubKeys: undefined }, '/hubKeys'],
      [
        { ...registry, participants: [{ id: 'TH', type: 'country', status: 'active' }] },
        '/participants/0/type',
      ],
      [{ ...registry, hubKeys: [{ kid: 'x', purpose: 'reply', jwk: {} }] }, '/hubKeys/0/kid'],
    ]
    for (const [message, pointer] of bad) {
      // an undefined member is an absent one
      const sent = JSON.parse(JSON.stringify(message)) as unknown
      const checked = checkReply(sent)
      t.match(
        checked.ok ? {} : checked.refusal,
        { code: 'reply/not-readable', pointer },
        JSON.stringify(message),
      )
    }
  },
)

await t.test('what the hub makes of an empty registry is a valid message', async (t) => {
  const none = new Map<string, never>()
  t.equal(
    checkReply(
      registryMessage(
        { version: 0, participants: none, agencies: none, groups: none, keys: none, clients: none },
        'TH',
        0,
      ),
    ).ok,
    true,
  )
})
