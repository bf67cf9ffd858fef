import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { Code } from '#core/catalogue/catalogue.ts'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { openEnvelope, splitEnvelope } from '#core/envelope/envelope.ts'
import { checkEnvelopePayload } from '#core/schema/check.ts'
import { id } from './schema-messages-fixtures.ts'

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
  ['15 digests', (p) => ({ ...p, _sd: p._sd.slice(1) }), 'notice/bad-value', '/_sd'],
  ['17 digests', (p) => ({ ...p, _sd: [...p._sd, 'A'.repeat(43)] }), 'notice/bad-value', '/_sd'],
  [
    'a digest twice',
    (p) => ({ ...p, _sd: [...p._sd.slice(1), p._sd[1]] }),
    'notice/bad-value',
    '/_sd/15',
  ],
  [
    'a digest that is none',
    (p) => ({ ...p, _sd: [...p._sd.slice(1), `${'A'.repeat(42)}=`] }),
    'notice/bad-value',
    '/_sd/15',
  ],
  [
    'no digest in handling',
    (p) => ({ ...p, handling: { tlp: 'RED' } }),
    'notice/missing-member',
    '/handling/_sd',
  ],
  [
    'five digests in handling',
    (p) => ({ ...p, handling: { tlp: 'RED', _sd: p._sd.slice(0, 5) } }),
    'notice/bad-value',
    '/handling/_sd',
  ],
  [
    'no digest in subject',
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
  ['another schema', (p) => ({ ...p, schema: 'notice/1' }), 'notice/bad-value', '/schema'],
  ['no commitment', (p) => ({ ...p, sd_all: undefined }), 'notice/missing-member', '/sd_all'],
  [
    'content in a revocation',
    (p) => ({ ...p, status: 'revoked' }),
    'notice/unknown-member',
    '/subject',
  ],
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
