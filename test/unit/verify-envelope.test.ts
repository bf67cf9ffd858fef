import { randomBytes } from 'node:crypto'
import t from 'tap'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import type { Signer } from '#core/signing/keys.ts'
import { verifyEnvelope } from '../../services/cli/commands/verify/verify-envelope.ts'
import { keyOf, kh, content, shown } from './cli-fixtures.ts'
import { built, redacted, keys } from './cli-verify-fixtures.ts'

const verdict = (envelope: string, entry?: object) => {
  const result = verifyEnvelope(Buffer.from(envelope), keys, entry)
  return result.ok ? 'verified' : result.refusal.code
}

await t.test(
  'an envelope verifies offline, also with disclosures withheld; what was not signed never does',
  async (t) => {
    const [jws, ...rest] = redacted.split('~')
    const [header, payload, signature] = jws!.split('.')
    const flipped = Buffer.from(
      Buffer.from(signature!, 'base64url').map((byte, i) => (i === 3 ? byte ^ 1 : byte)),
    ).toString('base64url')
    const extra = Buffer.from(
      JSON.stringify(['c2FsdHNhbHRzYWx0c2FsdA', 'advice', 'block']),
    ).toString('base64url')
    const rows: [string, string, object | undefined, string][] = [
      ['all of it', built.envelope, undefined, 'verified'],
      ['a redacted copy', redacted, undefined, 'verified'],
      ['a feed entry', redacted, { notice: shown }, 'verified'],
      [
        "a partner's copy, marked stricter",
        redacted,
        { notice: { ...shown, handling: { tlp: 'AMBER+STRICT' } } },
        'verified',
      ],
      [
        'another signature',
        [`${header}.${payload}.${flipped}`, ...rest].join('~'),
        undefined,
        'envelope/bad-signature',
      ],
      [
        'another payload',
        [`${header}.${Buffer.from('{}').toString('base64url')}.${signature}`, ...rest].join('~'),
        undefined,
        'envelope/bad-signature',
      ],
      ['an extra disclosure', `${jws}~${extra}~`, undefined, 'envelope/bad-disclosure'],
      ['a doubled disclosure', `${redacted}${rest[0]}~`, undefined, 'envelope/bad-disclosure'],
      [
        'another number in the notice shown',
        redacted,
        { notice: { ...shown, subject: { number: '+66811111111' } } },
        'envelope/bad-disclosure',
      ],
      [
        'a member in the notice shown that was not signed',
        redacted,
        { notice: { ...shown, advice: 'block' } },
        'envelope/bad-disclosure',
      ],
      [
        'another issuer in the notice shown',
        redacted,
        { notice: { ...shown, issuer: 'KH' } },
        'envelope/bad-disclosure',
      ],
      ['no envelope', 'hello', undefined, 'envelope/not-readable'],
    ]
    for (const [title, envelope, entry, expected] of rows)
      t.equal(verdict(envelope, entry), expected, title)
  },
)

await t.test('an envelope is verified only with a key of the country that issued it', async (t) => {
  const by = async (signer: Signer): Promise<string> => {
    const { envelope } = await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: 1,
        content,
      },
      signer,
      randomBytes,
    )
    return verdict(envelope)
  }
  t.equal(await by(kh.signer), 'envelope/wrong-signer', 'a key of KH does not sign for TH')
  t.equal(await by(keyOf().signer), 'verify/unknown-key')
})
