import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { openEnvelope, splitEnvelope } from '#core/envelope/envelope.ts'
import { registryMessage } from '#core/registry/message.ts'
import { checkEnvelopePayload, checkReply } from '#core/schema/check.ts'
import { schemaDocuments } from '#core/schema/documents.ts'
import { problemBody } from '#runtime/http/problem.ts'

const examples = new URL('../../schemas/examples/valid/', import.meta.url)
const bodies = readdirSync(examples).map(
  (file) =>
    [
      file,
      JSON.parse(readFileSync(new URL(file, examples), 'utf8')) as Record<string, unknown>,
    ] as const,
)

const { privateKey } = generateKeyPairSync('ed25519')
const signer = {
  kid: 'k'.repeat(43),
  sign: (bytes: Uint8Array) => Promise.resolve(sign(null, bytes, privateKey)),
}
const id = '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11'
const input = {
  issuer: 'TH',
  audience: 'switchboard-hub',
  version: 1,
  status: 'active',
  issuedAt: 1_795_500_000,
} as const

type Change = readonly [
  what: string,
  change: (payload: Payload) => unknown,
  code: Code,
  pointer: string,
]
type Payload = Record<string, unknown> & {
  handling: Record<string, unknown>
  subject: Record<string, unknown>
  _sd: string[]
}

const payloadOf = async (body: Record<string, unknown>): Promise<Payload> => {
  const { envelope } = await buildEnvelope(
    { ...input, content: { id, agency: 'TH-CCIB', ...body } },
    signer,
    randomBytes,
  )
  const split = splitEnvelope(Buffer.from(envelope))
  return JSON.parse((split.ok ? split.value.payload : Buffer.from('null')).toString()) as Payload
}

await t.test(
  'every valid example is a valid payload once it is signed, and is given back whole',
  async (t) => {
    for (const [file, body] of bodies) {
      const content = { id, agency: 'TH-CCIB', ...body }
      const { envelope } = await buildEnvelope({ ...input, content }, signer, randomBytes)
      const split = splitEnvelope(Buffer.from(envelope))
      const opened = split.ok ? openEnvelope(split.value) : split
      t.same(opened.ok ? opened.value.content : opened.refusal, content, file)
    }
  },
)

const changes: readonly Change[] = [
  ['an unknown member', (p) => ({ ...p, to: 'KH' }), 'notice/unknown-member', '/to'],
  [
    'release in the clear',
    (p) => ({ ...p, handling: { ...p.handling, release: { participants: ['KH'] } } }),
    'notice/unknown-member',
    '/handling/release',
  ],
  [
    'holder in the clear',
    (p) => ({
      ...p,
      kind: 'bank-account',
      subject: { iban: 'DE89370400440532013000', holder: 'x', _sd: p.subject['_sd'] },
    }),
    'notice/unknown-member',
    '/subject/holder',
  ],
  [
    'narrative in the clear',
    (p) => ({ ...p, narrative: 'x' }),
    'notice/unknown-member',
    '/narrative',
  ],
  ['seven digests', (p) => ({ ...p, _sd: p._sd.slice(1) }), 'notice/bad-value', '/_sd'],
  ['nine digests', (p) => ({ ...p, _sd: [...p._sd, 'A'.repeat(43)] }), 'notice/bad-value', '/_sd'],
  [
    'a digest twice',
    (p) => ({ ...p, _sd: [...p._sd.slice(1), p._sd[1]] }),
    'notice/bad-value',
    '/_sd/7',
  ],
  [
    'a digest that is none',
    (p) => ({ ...p, _sd: [...p._sd.slice(1), `${'A'.repeat(42)}=`] }),
    'notice/bad-value',
    '/_sd/7',
  ],
  [
    'no digest of release',
    (p) => ({ ...p, handling: { tlp: 'RED' } }),
    'notice/missing-member',
    '/handling/_sd',
  ],
  [
    'two digests of release',
    (p) => ({ ...p, handling: { tlp: 'RED', _sd: p._sd.slice(0, 2) } }),
    'notice/bad-value',
    '/handling/_sd',
  ],
  [
    'no digest of holder',
    (p) => ({ ...p, subject: { number: '+447700900123' } }),
    'notice/missing-member',
    '/subject/_sd',
  ],
  ['another hash', (p) => ({ ...p, _sd_alg: 'sha-1' }), 'notice/bad-value', '/_sd_alg'],
  [
    'no id',
    (p) => Object.fromEntries(Object.entries(p).filter(([name]) => name !== 'id')),
    'notice/missing-member',
    '/id',
  ],
  ['an unknown kind', (p) => ({ ...p, kind: 'fax-number' }), 'notice/unknown-kind', '/kind'],
  [
    'the subject of another kind',
    (p) => ({ ...p, kind: 'wallet-address' }),
    'notice/missing-member',
    '/subject/address',
  ],
  ['version 0', (p) => ({ ...p, version: 0 }), 'notice/bad-value', '/version'],
  ['a version that is no integer', (p) => ({ ...p, version: 1.5 }), 'notice/bad-type', '/version'],
  ['another schema', (p) => ({ ...p, schema: 'notice/2' }), 'notice/bad-value', '/schema'],
  ['an unknown status', (p) => ({ ...p, status: 'deleted' }), 'notice/bad-value', '/status'],
  ['a time for iat', (p) => ({ ...p, iat: '2026-11-24T00:00:00Z' }), 'notice/bad-type', '/iat'],
  ['an array', (p) => [p], 'notice/bad-type', ''],
  ['null', () => null, 'notice/bad-type', ''],
]

await t.test(
  'a payload that is not as a gateway signs it is refused with the place of the fault',
  async (t) => {
    const payload = await payloadOf({
      kind: 'phone-number',
      subject: { number: '+447700900123' },
      offences: ['phishing'],
      handling: { tlp: 'RED' },
    })
    t.equal(checkEnvelopePayload(payload).ok, true)
    for (const [what, change, code, pointer] of changes) {
      const checked = checkEnvelopePayload(change(payload))
      t.match(checked.ok ? {} : checked.refusal, { code, pointer }, what)
    }
  },
)

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

const ajv = new Ajv2020({ strict: false, validateFormats: false, schemas: [...schemaDocuments] })
const isValid = (file: string, value: unknown): boolean =>
  ajv.validate(`https://switchboard.example/schemas/1/${file}`, value)

await t.test('the answer to every code is a valid problem', async (t) => {
  for (const code of Object.keys(catalogue) as Code[]) {
    t.ok(isValid('problem.json', problemBody({ code })), code)
    t.ok(
      isValid(
        'problem.json',
        problemBody([{ code, pointer: '/a', detail: 'x' }], { instance: 'req-1' }),
      ),
      code,
    )
  }
  t.notOk(
    isValid('problem.json', {
      type: 'about:blank',
      title: 'x',
      status: 200,
      code: 'x',
      advice: 'y',
    }),
  )
})

await t.test(
  'a feed page has entries, next and end; an entry of the hub has no envelope, and a partner ' +
    'gets no proof',
  async (t) => {
    const notice = {
      id,
      issuer: 'TH',
      version: 1,
      status: 'active',
      canonical: { key: '+447700900123', country: 'GB' },
      kind: 'phone-number',
      subject: { number: '+447700900123' },
      offences: ['phishing'],
      handling: { tlp: 'GREEN' },
    }
    const entry = {
      cursor: 'c1',
      event: 'notice.published',
      notice,
      envelope: 'a.b.c~',
      proof: { index: 0, salt: 'ab', time: '2026-11-24T03:50:12.000001Z' },
    }
    const page = (...entries: object[]): object => ({ entries, next: 'c2', end: true })
    const withdrawn = {
      cursor: 'c2',
      event: 'notice.withdrawn',
      notice: { id, issuer: 'TH', reason: 'release changed' },
      envelope: null,
      proof: null,
    }
    for (const good of [
      page(),
      page(entry),
      page(withdrawn),
      page({ ...entry, proof: undefined, later: 1 }),
    ])
      t.ok(isValid('feed-page.json', JSON.parse(JSON.stringify(good))), JSON.stringify(good))
    for (const bad of [
      { entries: [], next: 'c' },
      page({ ...entry, event: 'notice.lost' }),
      page({ ...entry, notice: {} }),
      page({ ...entry, cursor: '' }),
      page({ ...entry, proof: {} }),
      { entries: [], end: true, next: null },
    ]) {
      t.notOk(isValid('feed-page.json', bad), JSON.stringify(bad))
    }
  },
)
