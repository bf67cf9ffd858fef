import { createHash, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { SDJwtInstance } from '@sd-jwt/core'
import t from 'tap'
import { disclosures as names } from '#core/disclosures.ts'
import { buildEnvelope, type EnvelopeInput } from '#core/envelope/build-envelope.ts'
import {
  contentOf,
  envelopeDigest,
  openEnvelope,
  redactEnvelope,
  splitEnvelope,
} from '#core/envelope/envelope.ts'
import type { Checked } from '#core/refusal.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { account, phone, wallet } from '#test/support/notices.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const signer = createSigner(privateKey)
const isSigned = (input: string, signature: Uint8Array): boolean =>
  verify(null, Buffer.from(input), publicKey, signature)

const hasher = (data: string | ArrayBuffer): Uint8Array =>
  createHash('sha256')
    .update(typeof data === 'string' ? data : Buffer.from(data))
    .digest()
/** The second implementation, with nothing of ours in it but the key. */
const other = new SDJwtInstance({
  hasher,
  hashAlg: 'sha-256',
  verifier: (data: string, signature: string) =>
    isSigned(data, Buffer.from(signature, 'base64url')),
})

const full = (body = account()): Record<string, unknown> & { id: string } => ({
  ...body,
  agency: 'TH-CCIB',
  evaluation: { source: 'B', information: '2' },
  operatorStatus: 'suspect',
  advice: 'block',
  narrative: 'โทรมาหลอก \u{1F4DE} "quoted"',
  caseReference: 'CIB-1',
  contact: { name: 'Desk' },
  language: 'th',
  handling: { tlp: 'AMBER', release: { participants: ['KH', 'VN'], partners: ['EXCHANGE-1'] } },
  subject: {
    ...(body['subject'] as object),
    ...(body['kind'] === 'bank-account' && { holder: 'สมชาย ใจดี' }),
  },
})
const revoked = (): Record<string, unknown> & { id: string } => {
  const { narrative: _, ...rest } = full()
  return { ...rest, reason: 'wrong person' }
}
const build = async (
  content: Record<string, unknown> & { id: string },
  more: Partial<EnvelopeInput> = {},
): Promise<string> =>
  (
    await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: Math.floor(Date.now() / 1000) - 5,
        content,
        ...more,
      },
      signer,
      randomBytes,
    )
  ).envelope

const value = <T>(checked: Checked<T>): T => {
  if (!checked.ok) throw new Error(checked.refusal.code)
  return checked.value
}
const opened = (envelope: string) => {
  const raw = value(splitEnvelope(Buffer.from(envelope)))
  return { raw, ...value(openEnvelope(raw)) }
}
/** Of what the other implementation reads, the members of the body. */
const bodyOf = (claims: unknown): object => {
  const {
    iss: _iss,
    aud: _aud,
    version: _version,
    schema: _schema,
    status: _status,
    iat: _iat,
    ...body
  } = claims as Record<string, unknown>
  return body
}
const samples = {
  full: full(),
  phone: full(phone()),
  wallet: full(wallet()),
  bare: { ...wallet(), agency: 'TH-CCIB' },
  'next to nothing': phone(),
}

await t.test(
  'another implementation reads of our envelope what was submitted, and verifies it',
  async (t) => {
    for (const [title, content] of Object.entries(samples)) {
      const envelope = await build(content)
      const { payload, header } = await other.verify(envelope)
      t.strictSame(bodyOf(payload), content, title)
      t.strictSame(header, { alg: 'Ed25519', typ: 'notice+sd-jwt', kid: signer.kid })
      t.strictSame(opened(envelope).content, content, `${title}: and so do we`)
    }
    const { payload } = await other.verify(
      await build(revoked(), { status: 'revoked', version: 2 }),
    )
    t.match(payload, { status: 'revoked', version: 2, reason: 'wrong person' })
  },
)

await t.test(
  'whatever is withheld, the issuer’s signature verifies and both implementations read the ' +
    'same rest',
  async (t) => {
    const envelope = await build(full())
    const { raw, payload, disclosures } = opened(envelope)
    const present = names.filter((n) => n !== 'reason')
    t.strictSame(disclosures.map((d) => d.name).sort(), [...present].sort())
    const sets: readonly (readonly string[])[] = [
      [],
      present,
      ...present.map((n) => [n]),
      ...present.map((n) => present.filter((m) => m !== n)),
      ...Array.from({ length: 40 }, () => present.filter(() => Math.random() < 0.5)),
    ]
    for (const withheld of sets) {
      const copy = redactEnvelope(raw.jws, disclosures, new Set(withheld))
      const read = await other.verify(copy)
      const ours = opened(copy)
      t.strictSame(bodyOf(read.payload), ours.content, `withheld: ${withheld.join(', ')}`)
      t.strictSame(
        ours.content,
        contentOf(
          payload,
          disclosures.filter((d) => !withheld.includes(d.name)),
        ),
      )
      t.ok(isSigned(ours.raw.input, ours.raw.signature))
      for (const d of disclosures.filter((each) => withheld.includes(each.name)))
        t.notOk(copy.includes(d.encoded))
    }
  },
)

await t.test(
  'there are ten digests always, alike and in no telling order, whatever is disclosed',
  async (t) => {
    for (const [title, content] of [...Object.entries(samples), ['revoked', revoked()] as const]) {
      const { payload, disclosures } = opened(
        await build(content, title === 'revoked' ? { status: 'revoked' } : {}),
      )
      const digests = [payload.handling._sd, payload.subject._sd, payload._sd]
      t.strictSame(
        digests.map((d) => d.length),
        [1, 1, 8],
        title,
      )
      const all = digests.flat()
      t.equal(new Set(all).size, 10)
      t.ok(
        all.every((d) => /^[\w-]{43}$/.test(d)),
        'a decoy looks like any',
      )
      t.strictSame(payload._sd, payload._sd.toSorted(), 'sorted, so that the order tells nothing')
      const made = disclosures.map((d) =>
        createHash('sha256').update(d.encoded).digest('base64url'),
      )
      t.ok(
        made.every((d) => all.includes(d)),
        'every disclosure has its digest (RFC 9901 §4.2.3)',
      )
    }
    const lengths = new Set<number>()
    for (const content of [full(), { ...wallet(), agency: 'TH-CCIB' }])
      lengths.add(
        JSON.stringify(
          opened(
            await build({
              ...wallet(),
              ...content,
              subject: wallet()['subject'],
              kind: 'wallet-address',
              offences: ['other'],
              handling: { tlp: 'GREEN' },
            }),
          ).payload,
        ).length,
      )
    t.equal(lengths.size, 1, 'the signed part is as long with all disclosures as with none')
    t.not(
      opened(await build(full())).payload._sd.join(),
      opened(await build(full())).payload._sd.join(),
      'salted: the same content twice has other digests',
    )
  },
)

/** As the hub takes it: shape, signature by the key its header names, then the rest. */
const taken = (bytes: Uint8Array, verified = ''): boolean => {
  const raw = splitEnvelope(bytes)
  return (
    raw.ok &&
    raw.value.kid === signer.kid &&
    (raw.value.jws === verified || isSigned(raw.value.input, raw.value.signature)) &&
    openEnvelope(raw.value).ok
  )
}

await t.test(
  'with any one bit of it changed an envelope is refused',
  { timeout: 300_000 },
  async (t) => {
    for (const [title, content] of [
      ['full', samples.full],
      ['bare', samples.bare],
    ] as const) {
      const bytes = Buffer.from(await build(content))
      const { jws } = opened(bytes.toString()).raw
      t.ok(taken(bytes), `${title} as it is`)
      const passed: number[] = []
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        if (taken(bytes, jws)) passed.push(bit)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
      }
      t.strictSame(passed, [], `${title}: ${bytes.length * 8} bits`)
    }
  },
)

await t.test('disclosures are each there once, each with its digest, in its place', async (t) => {
  const envelope = await build(full())
  const { raw, disclosures } = opened(envelope)
  const stranger = opened(await build(full())).disclosures
  const made = (...members: unknown[]): string =>
    Buffer.from(JSON.stringify(members)).toString('base64url')
  const rows: readonly [string, string[]][] = [
    ['one twice', [disclosures[0]!.encoded, disclosures[0]!.encoded]],
    ['one of another envelope', [stranger[0]!.encoded]],
    ['unsigned, extra', [made('c2FsdA', 'advice', 'monitor')]],
    ['a member of the clear part', [made('c2FsdA', 'iss', 'KH')]],
    ['of an array (two members)', [made('c2FsdA', 'x')]],
    ['padded', [`${disclosures[0]!.encoded}=`]],
    ['empty', ['']],
    ['a decoy’s', [made('c2FsdA', '__proto__', {})]],
    ['eleven', Array.from({ length: 11 }, () => disclosures[0]!.encoded)],
  ]
  for (const [what, texts] of rows)
    t.notOk(taken(Buffer.from(`${raw.jws}~${texts.map((d) => `${d}~`).join('')}`)), what)
  t.notOk(taken(Buffer.from(envelope.slice(0, -1))), 'without the last ~')
  t.notOk(
    taken(Buffer.from(`${envelope}${raw.jws}`)),
    'with something behind the last ~, as a key binding',
  )
  t.ok(
    taken(
      Buffer.from(
        `${raw.jws}~${disclosures
          .toReversed()
          .map((d) => `${d.encoded}~`)
          .join('')}`,
      ),
    ),
    'their order is free (RFC 9901 §4)',
  )
  t.equal(envelopeDigest(envelope), createHash('sha256').update(envelope).digest('hex'))
})
