import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import { verifyEnvelope } from '../../services/cli/commands/verify/verify-envelope.ts'
import { terminal, th, kh, shown } from './cli-fixtures.ts'
import { parts, redacted, keys } from './cli-verify-fixtures.ts'

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
          'tellEnquiries',
          'blindContact',
          'links',
          'campaign',
          'loss',
          'modus',
          'by',
        ],
        complete: false,
        log: {
          index: 7,
          time: proof.time,
          leaf: leafHash(salt, 1_795_492_212_000_001, parts.jws).toString('hex'),
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
