import { createHash } from 'node:crypto'
import t from 'tap'
import { envelopeDigest, isComplete, openEnvelope, splitEnvelope } from '#core/envelope/envelope.ts'
import { signer, isSigned, full, build, opened, samples } from './envelope-fixtures.ts'

/**
 * Takes an envelope as the hub does: shape, signature by the key that its header names, then the
 * rest.
 */
const taken = (bytes: Uint8Array, verified = ''): boolean => {
  const raw = splitEnvelope(bytes)
  if (!raw.ok || raw.value.kid !== signer.kid) return false
  if (raw.value.jws !== verified && !isSigned(raw.value.input, raw.value.signature)) return false
  const open = openEnvelope(raw.value)
  return open.ok && isComplete(open.value)
}

/** The same without the question whether it is complete: a redacted copy is read elsewhere. */
const readable = (bytes: Uint8Array): boolean => {
  const raw = splitEnvelope(bytes)
  return raw.ok && openEnvelope(raw.value).ok
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
    ['23', Array.from({ length: 23 }, () => disclosures[0]!.encoded)],
  ]
  for (const [what, texts] of rows)
    t.notOk(readable(Buffer.from(`${raw.jws}~${texts.map((d) => `${d}~`).join('')}`)), what)
  t.notOk(taken(Buffer.from(envelope.slice(0, -1))), 'without the last ~')
  t.notOk(
    taken(Buffer.from(`${envelope}${raw.jws}`)),
    'with something behind the last ~, as a key binding',
  )
  const texts = disclosures.map((d) => d.encoded)
  const of = (some: readonly string[]): Buffer => Buffer.from(`${[raw.jws, ...some].join('~')}~`)
  t.ok(taken(of(texts)))
  const incomplete: readonly [string, readonly string[]][] = [
    ['another order', texts.toReversed()],
    ['none', []],
    ...texts.map((_, i): [string, string[]] => [
      `without ${disclosures[i]!.name}`,
      texts.toSpliced(i, 1),
    ]),
  ]
  for (const [what, some] of incomplete) {
    t.notOk(taken(of(some)), `${what}: the hub refuses it`)
    t.ok(readable(of(some)), `${what}: a copy that can be read (RFC 9901 §4)`)
  }
  t.equal(envelopeDigest(envelope), createHash('sha256').update(envelope).digest('hex'))
})
