import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { checkRegistryFile, readRegistryFile, type RegistryFile } from '#core/registry/file.ts'
import { registryOf } from '#core/registry/change.ts'
import { submissionTopicsOf, topicsOf } from '#core/kafka/topics.ts'
import { th, kh } from './cli-fixtures.ts'

const registry = registryOf(1, [
  {
    kind: 'participant',
    id: 'TH',
    body: { id: 'TH', type: 'member', name: 'T', status: 'active', admitted: [{ from: 1 }] },
  },
  {
    kind: 'participant',
    id: 'X-1',
    body: {
      id: 'X-1',
      type: 'corporate-partner',
      name: 'X',
      status: 'active',
      admitted: [{ from: 1 }],
      attachedTo: 'TH',
    },
  },
  {
    kind: 'participant',
    id: 'OLD',
    body: {
      id: 'OLD',
      type: 'member',
      name: 'O',
      status: 'active',
      admitted: [{ from: 1, to: 5 }],
    },
  },
  {
    kind: 'agency',
    id: 'TH-A',
    body: {
      id: 'TH-A',
      participant: 'TH',
      name: 'A',
      status: 'active',
      rights: [],
      purposes: [],
      roles: [],
    },
  },
  {
    kind: 'key',
    id: thumbprint(th.jwk),
    body: {
      kid: thumbprint(th.jwk),
      owner: 'TH',
      purpose: 'notice',
      jwk: th.jwk,
      valid: { from: 1 },
      status: 'active',
    },
  },
])

const agency = {
  id: 'KH-A',
  participant: 'KH',
  name: 'A',
  rights: ['read'],
  purposes: [],
  roles: [],
}

const files: [string, unknown, string | undefined, string?][] = [
  ['nothing', {}, undefined],
  [
    'what is there already',
    {
      participants: [{ id: 'TH', type: 'member', name: 'T' }],
      keys: [{ owner: 'TH', purpose: 'notice', jwk: th.jwk }],
    },
    undefined,
  ],
  [
    'an agency with its participant',
    { participants: [{ id: 'KH', type: 'member', name: 'K' }], agencies: [agency] },
    undefined,
  ],
  ['a list', [], 'registry/bad-file', ''],
  ['an unknown member', { people: [] }, 'registry/bad-file', ''],
  [
    'an unknown right',
    { agencies: [{ ...agency, rights: ['all'] }] },
    'registry/bad-file',
    '/agencies/0/rights/0',
  ],
  [
    'an id Kafka could not carry',
    { participants: [{ id: 'T H', type: 'member', name: 'T' }] },
    'registry/bad-file',
    '/participants/0/id',
  ],
  [
    'an id twice',
    {
      participants: [
        { id: 'A', type: 'member', name: '1' },
        { id: 'A', type: 'member', name: '2' },
      ],
    },
    'registry/bad-file',
    '/participants/1/id',
  ],
  [
    'the name of the hub',
    { participants: [{ id: 'hub', type: 'member', name: 'h' }] },
    'registry/reserved-name',
    '/participants/0/id',
  ],
  [
    'a partner attached to nobody',
    { participants: [{ id: 'Y', type: 'corporate-partner', name: 'Y' }] },
    'registry/bad-attachment',
    '/participants/0/attachedTo',
  ],
  [
    'a partner attached to a partner',
    { participants: [{ id: 'Y', type: 'corporate-partner', name: 'Y', attachedTo: 'X-1' }] },
    'registry/bad-attachment',
    '/participants/0/attachedTo',
  ],
  [
    'a member attached',
    { participants: [{ id: 'Y', type: 'member', name: 'Y', attachedTo: 'TH' }] },
    'registry/bad-attachment',
    '/participants/0/attachedTo',
  ],
  [
    'an agency of nobody',
    { agencies: [agency] },
    'registry/unknown-name',
    '/agencies/0/participant',
  ],
  [
    'an agency that moves',
    { agencies: [{ ...agency, id: 'TH-A', participant: 'X-1' }] },
    'registry/other-owner',
    '/agencies/0/participant',
  ],
  [
    'a group with a stranger',
    { groups: [{ id: 'G', name: 'g', members: ['TH', 'ZZ'] }] },
    'registry/unknown-name',
    '/groups/0/members/1',
  ],
  [
    "another's key",
    { keys: [{ owner: 'OLD', purpose: 'notice', jwk: th.jwk }] },
    'registry/other-owner',
    '/keys/0/jwk',
  ],
  [
    'a key for another purpose',
    { keys: [{ owner: 'TH', purpose: 'witness', jwk: th.jwk }] },
    'registry/other-owner',
    '/keys/0/jwk',
  ],
  [
    'a notice key of the hub',
    { keys: [{ owner: 'hub', purpose: 'notice', jwk: kh.jwk }] },
    'registry/bad-purpose',
    '/keys/0/purpose',
  ],
  [
    'a reply key of a country',
    { keys: [{ owner: 'TH', purpose: 'reply', jwk: kh.jwk }] },
    'registry/bad-purpose',
    '/keys/0/purpose',
  ],
  [
    'a key of nobody',
    { keys: [{ owner: 'ZZ', purpose: 'notice', jwk: kh.jwk }] },
    'registry/unknown-name',
    '/keys/0/owner',
  ],
  [
    'a private key',
    { keys: [{ owner: 'TH', purpose: 'notice', jwk: { ...kh.jwk, d: 'A' } }] },
    'key/private',
    '/keys/0/jwk/d',
  ],
  [
    'a client of nobody',
    { clients: [{ id: 'c', agency: 'ZZ', purpose: 'victim-rescue' }] },
    'registry/unknown-name',
    '/clients/0/agency',
  ],
  [
    'a short secret',
    { clients: [{ id: 'c', agency: 'TH-A', purpose: 'victim-rescue', secret: 'short' }] },
    'registry/bad-file',
    '/clients/0/secret',
  ],
]

await t.test('a registry file is checked whole: structure, names, owners and keys', (t) => {
  for (const [title, file, code, pointer] of files) {
    const read = readRegistryFile(file)
    const refusal = read.ok ? checkRegistryFile(read.value, registry)[0] : read.refusal
    t.same([refusal?.code, refusal?.pointer], [code, pointer], title)
    t.notMatch(JSON.stringify(refusal ?? {}), /short/, 'values are not repeated')
  }
  t.equal(
    checkRegistryFile(
      {
        clients: [
          { id: 'c', agency: 'ZZ' },
          { id: 'd', agency: 'YY' },
        ],
      } as unknown as RegistryFile,
      registry,
    ).length,
    2,
    'all at once',
  )
  t.end()
})

await t.test('a pair of topics for whoever belongs and is no corporate partner', (t) => {
  t.same(submissionTopicsOf(registry, 10), ['submitted.TH'])
  t.same(
    submissionTopicsOf(registry, 3),
    ['submitted.OLD', 'submitted.TH'],
    'a membership that ends later is read until then',
  )
  t.same(topicsOf(registry, 10), ['replies.TH', 'submitted.TH'])
  t.same(topicsOf(registry, 3), ['replies.OLD', 'replies.TH', 'submitted.OLD', 'submitted.TH'])
  t.end()
})
