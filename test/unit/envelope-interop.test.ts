import { createHash } from 'node:crypto'
import { SDJwtInstance } from '@sd-jwt/core'
import t from 'tap'
import { disclosures as names } from '#core/disclosures.ts'
import { contentOf, redactEnvelope } from '#core/envelope/envelope.ts'
import { signer, isSigned, full, revoked, build, opened, samples } from './envelope-fixtures.ts'

const hasher = (data: string | ArrayBuffer): Uint8Array =>
  createHash('sha256')
    .update(typeof data === 'string' ? data : Buffer.from(data))
    .digest()

/** The second implementation, which has only the key from us. */
const other = new SDJwtInstance({
  hasher,
  hashAlg: 'sha-256',
  verifier: (data: string, signature: string) =>
    isSigned(data, Buffer.from(signature, 'base64url')),
})

/** The members of the body among those that the other implementation reads. */
const bodyOf = (claims: unknown): object => {
  const {
    iss: _iss,
    aud: _aud,
    version: _version,
    schema: _schema,
    status: _status,
    iat: _iat,
    sd_all: _all,
    ...body
  } = claims as Record<string, unknown>
  return body
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
