import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import { verifyEnvelope } from '../../services/cli/commands/verify/verify-envelope.ts'
import { terminal, th, kh, shown } from './cli-fixtures.ts'
import {
  parts,
  redacted,
  keys,
  built,
  revocationEntry,
  wholeRevocation,
} from './cli-verify-fixtures.ts'

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

await t.test(
  'verify takes the entry of a revocation, which shows a reason and no content, and refuses one ' +
    'that shows what was not signed',
  async (t) => {
    const folder = t.testdir({ 'th.json': JSON.stringify(th.jwk) })
    const verify = async (entry: object) => {
      const command = terminal(JSON.stringify(entry))
      const code = await command.run('verify', '-', '--keys', resolve(folder, 'th.json'))
      return { code, out: command.out.join('\n'), err: command.err.join('\n') }
    }
    const taken = await verify(revocationEntry)
    t.equal(taken.code, 0, taken.err)
    t.match(JSON.parse(taken.out), {
      status: 'revoked',
      version: 2,
      disclosed: ['reason'],
      complete: false,
    })
    const { notice } = revocationEntry
    for (const [name, value] of [
      ['reason', 'another reason'],
      ['reason', undefined],
      ['status', 'active'],
      ['kind', 'wallet-address'],
      ['id', '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c12'],
      ['version', 3],
      ['narrative', 'what nobody signed'],
    ] as const) {
      const altered = await verify({ ...revocationEntry, notice: { ...notice, [name]: value } })
      t.equal(altered.code, 4, name)
      t.match(altered.err, new RegExp(`at /${name}`))
    }
    const { reason: _, ...without } = notice
    const bare = revocationEntry.envelope.replace(/~.*/, '~')
    t.equal((await verify({ ...revocationEntry, notice: without, envelope: bare })).code, 0)
  },
)

await t.test('an envelope is complete only with every disclosure that was signed', (t) => {
  for (const [envelope, complete] of [
    [built.envelope, true],
    [redacted, false],
    [wholeRevocation, true],
    [revocationEntry.envelope, false],
  ] as const)
    t.match(verifyEnvelope(Buffer.from(envelope), keys), { ok: true, value: { complete } })
  t.end()
})

await t.test('a notice is not shown as revoked that was signed as active', (t) => {
  const entry = (status: string) => ({ envelope: redacted, notice: { ...shown, status } })
  const said = (status: string) => verifyEnvelope(Buffer.from(redacted), keys, entry(status))
  t.match(said('revoked'), { ok: false, refusal: { pointer: '/status' } })
  t.match(said('expired'), { ok: true }, 'the hub says when a notice has expired')
  t.end()
})
