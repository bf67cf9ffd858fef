import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import t from 'tap'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { redactEnvelope, splitEnvelope, openEnvelope } from '#core/envelope/envelope.ts'
import { thumbprint } from '#core/signing/keys.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import { readKeySet } from '../../services/cli/input/key-set.ts'
import { verifyEnvelope } from '../../services/cli/commands/verify/verify-envelope.ts'
import { terminal, keyOf, th, kh, content, shown } from './cli-fixtures.ts'

const built = await buildEnvelope(
  {
    issuer: 'TH',
    audience: 'switchboard-hub',
    version: 1,
    status: 'active',
    issuedAt: 1_795_000_000,
    content,
  },
  th.signer,
  randomBytes,
)

const split = splitEnvelope(Buffer.from(built.envelope))

const opened = split.ok && openEnvelope(split.value)

if (!split.ok || !opened || !opened.ok) throw new Error('the envelope under test is not readable')

const redacted = redactEnvelope(
  split.value.jws,
  opened.value.disclosures,
  new Set(['release', 'caseReference']),
)

const keys = readKeySet(
  {
    keys: [
      { ...th.jwk, owner: 'TH' },
      { ...kh.jwk, owner: 'KH' },
    ],
  },
  'keys',
)

await t.test(
  'an envelope verifies offline, also with disclosures withheld; what was not signed never does',
  async (t) => {
    const verdict = (envelope: string, entry?: object) => {
      const result = verifyEnvelope(Buffer.from(envelope), keys, entry)
      return result.ok ? 'verified' : result.refusal.code
    }
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
    const impostor = await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: 1,
        content,
      },
      kh.signer,
      randomBytes,
    )
    t.equal(verdict(impostor.envelope), 'envelope/wrong-signer', 'a key of KH does not sign for TH')
    const stranger = await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: 1,
        content,
      },
      keyOf().signer,
      randomBytes,
    )
    t.equal(verdict(stranger.envelope), 'verify/unknown-key')
  },
)

await t.test(
  'verify says who signed, what is disclosed and what is not, and the leaf of the log',
  async (t) => {
    const salt = randomBytes(32)
    const proof = {
      index: 7,
      salt: salt.toString('base64url'),
      time: '2026-11-24T03:50:12.000001Z',
    }
    const result = verifyEnvelope(Buffer.from(redacted), keys, { notice: shown, proof })
    t.match(result, {
      ok: true,
      value: {
        signedBy: { kid: thumbprint(th.jwk), owner: 'TH' },
        issuer: 'TH',
        version: 1,
        disclosed: ['narrative', 'agency'],
        notDisclosed: [
          'release',
          'evaluation',
          'operatorStatus',
          'advice',
          'caseReference',
          'contact',
          'language',
          'holder',
          'reason',
        ],
        log: {
          index: 7,
          time: proof.time,
          leaf: leafHash(salt, 1_795_492_212_000_001, split.value.jws).toString('hex'),
        },
      },
    })
  },
)

await t.test('the command verify has its own exit codes', async (t) => {
  const folder = t.testdir({
    'th.json': JSON.stringify(th.jwk),
    'kh.json': JSON.stringify({ keys: { KH: kh.jwk } }),
    'entry.json': JSON.stringify({ envelope: redacted, notice: shown }),
  })
  const verify = (input: string, trusted: string) =>
    terminal(input).run('verify', '-', '--keys', resolve(folder, trusted))
  t.equal(
    await verify(`${redacted}\n`, 'th.json'),
    0,
    'a key without an owner is taken for what it signs',
  )
  t.equal(await verify(redacted, 'kh.json'), 5)
  t.equal(
    await verify(redacted.replace('~', '~~'), 'th.json'),
    4,
    'an empty disclosure matches no digest',
  )
  t.equal(await verify('nothing', 'th.json'), 1)
  t.equal(await verify('{"event":"hit","envelope":null}', 'th.json'), 1)
  t.equal(
    await terminal().run(
      'verify',
      resolve(folder, 'entry.json'),
      '--keys',
      resolve(folder, 'th.json'),
    ),
    0,
  )
  t.equal(
    await terminal(redacted).run('verify', '-', '--keys', resolve(folder, 'entry.json')),
    2,
    'a file without keys',
  )
})
