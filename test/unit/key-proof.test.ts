import { createHmac, createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  checkCountersignature,
  checkProof,
  countersignatureTyp,
  proofTyp,
  signCountersignature,
  signProof,
} from '#core/signing/key-proof.ts'
import {
  admitParticipant,
  enrolKey,
  registryOf,
  revokeKey,
  type RegistryChange,
} from '#core/registry/change.ts'
import { thumbprint, type Signer } from '#core/signing/keys.ts'
import type { PublicJwk, Registry } from '#core/registry/registry.ts'
import { parseMicros } from '#core/time.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'

const [key, ncb, attacker] = [keyPair(), keyPair(), keyPair()]
const of = { participant: 'TH', purpose: 'notice' } as const
const proof = { nonce: 'n', ...of, kid: key.kid }
const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const jws = (header: unknown, payload: unknown, by: KeyPair): string => {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign(null, Buffer.from(input), by.privateKey).toString('base64url')}`
}
const codeOf = (text: string): string => {
  const read = checkProof(text, key.jwk, of)
  return read.ok ? 'accepted' : read.refusal.code
}

await t.test(
  'a proof is by the key itself, of its own type, over exactly nonce, participant, purpose and kid',
  async (t) => {
    const good = { alg: 'Ed25519', typ: proofTyp, kid: key.kid }
    t.same(checkProof(await signProof(proof, key.signer), key.jwk, of), { ok: true, value: 'n' })
    t.equal(codeOf(jws(good, proof, key)), 'accepted', 'what the rows below differ from')
    const hmacInput = `${encode({ ...good, alg: 'HS256' })}.${encode(proof)}`
    const rows: [what: string, text: string, code: string][] = [
      ['alg none', jws({ ...good, alg: 'none' }, proof, key), 'key/bad-proof'],
      ['alg EdDSA', jws({ ...good, alg: 'EdDSA' }, proof, key), 'key/bad-proof'],
      [
        'HMAC with the public key',
        `${hmacInput}.${createHmac('sha256', key.jwk.x).update(hmacInput).digest('base64url')}`,
        'key/bad-proof',
      ],
      ['crit', jws({ ...good, crit: ['exp'] }, proof, key), 'key/bad-proof'],
      [
        'jwk of the attacker',
        jws({ ...good, jwk: attacker.jwk }, proof, attacker),
        'key/bad-proof',
      ],
      [
        'kid of the attacker',
        jws({ ...good, kid: attacker.kid }, proof, attacker),
        'key/bad-proof',
      ],
      [
        'typ of a countersignature',
        jws({ ...good, typ: countersignatureTyp }, proof, key),
        'key/bad-proof',
      ],
      ['typ of a notice', jws({ ...good, typ: 'notice+sd-jwt' }, proof, key), 'key/bad-proof'],
      ['typ JWT', jws({ ...good, typ: 'JWT' }, proof, key), 'key/bad-proof'],
      ['signed by another', jws(good, proof, attacker), 'key/bad-proof'],
      ['no signature', jws(good, proof, key).replace(/[^.]*$/, ''), 'key/bad-proof'],
      ['four parts', `${jws(good, proof, key)}.x`, 'key/bad-proof'],
      ['no nonce', jws(good, { ...proof, nonce: undefined }, key), 'key/bad-proof'],
      ['a nonce that is no text', jws(good, { ...proof, nonce: 1 }, key), 'key/bad-proof'],
      ['a list', jws(good, [proof], key), 'key/bad-proof'],
      [
        'the same member twice',
        jws(good, JSON.stringify(proof).replace('{', '{"nonce":"m",'), key),
        'key/bad-proof',
      ],
      ['another participant', jws(good, { ...proof, participant: 'KH' }, key), 'key/other-proof'],
      ['another purpose', jws(good, { ...proof, purpose: 'witness' }, key), 'key/other-proof'],
      ['another kid', jws(good, { ...proof, kid: attacker.kid }, key), 'key/other-proof'],
      ['a member more', jws(good, { ...proof, admin: true }, key), 'key/other-proof'],
      ['no kid', jws(good, { ...proof, kid: undefined }, key), 'key/other-proof'],
    ]
    for (const [what, text, code] of rows) t.equal(codeOf(text), code, what)
  },
)

const hour = 3_600_000_000
const registryAt = (...changes: readonly RegistryChange[]): Registry =>
  changes.reduce(
    (registry, change, i) => {
      const held = (['participant', 'key'] as const).flatMap((kind) =>
        [...registry[kind === 'key' ? 'keys' : 'participants']].map(
          ([id, body]) => ({ kind, id, body }) as Parameters<typeof registryOf>[1][number],
        ),
      )
      const rows = new Map(
        [...held, ...change(registry, 0)].map((row) => [`${row.kind} ${row.id}`, row]),
      )
      return registryOf(i + 1, [...rows.values()])
    },
    registryOf(0, []),
  )

await t.test(
  'a countersignature is by a key of its own NCB that is good now, over exactly owner, kid, ' +
    'purpose and validity',
  async (t) => {
    const enrolNcb = (owner: string, by = ncb, purpose: 'ncb' | 'notice' = 'ncb') =>
      enrolKey({ kid: by.kid, owner, purpose, jwk: by.jwk })
    const registry = registryAt(
      admitParticipant({ id: 'TH', type: 'member', name: 'TH' }),
      enrolNcb('TH'),
    )
    const about = {
      owner: 'TH',
      kid: key.kid,
      purpose: 'notice',
      valid: { from: hour, to: 2 * hour },
    } as const
    const signed = await signCountersignature(about, ncb.signer)
    t.equal(checkCountersignature(signed, about, registry, hour), undefined)
    t.match(checkCountersignature(undefined, about, registry, hour), {
      code: 'key/no-countersignature',
    })
    const rows: [
      what: string,
      text: string,
      registry: Registry,
      expected?: Partial<typeof about> | object,
    ][] = [
      [
        'by a key that is not enrolled',
        await signCountersignature(about, attacker.signer),
        registry,
      ],
      ["by another country's NCB", signed, registryAt(enrolNcb('KH'))],
      ['by a notice key', signed, registryAt(enrolNcb('TH', ncb, 'notice'))],
      [
        'by a compromised key',
        signed,
        registryAt(enrolNcb('TH'), revokeKey(ncb.kid, 'compromised')),
      ],
      [
        'by a key whose overlap is over',
        signed,
        registryAt(enrolNcb('TH'), revokeKey(ncb.kid, 'superseded', { overlapMs: 1000 })),
      ],
      ['for another owner', signed, registry, { owner: 'KH' }],
      ['for another key', signed, registry, { kid: attacker.kid }],
      ['for another purpose', signed, registry, { purpose: 'witness' }],
      ['for another beginning', signed, registry, { valid: { from: hour + 1, to: 2 * hour } }],
      ['for no end', signed, registry, { valid: { from: hour } }],
      ['for no beginning', signed, registry, { valid: { to: 2 * hour } }],
      [
        'with crit',
        jws({ alg: 'Ed25519', typ: countersignatureTyp, kid: ncb.kid, crit: [] }, {}, ncb),
        registry,
      ],
      ['a proof', await signProof(proof, ncb.signer), registry],
      [
        'a member more',
        jws(
          { alg: 'Ed25519', typ: countersignatureTyp, kid: ncb.kid },
          {
            owner: 'TH',
            kid: key.kid,
            purpose: 'notice',
            valid: { from: '1970-01-01T01:00:00Z', to: '1970-01-01T02:00:00Z' },
            x: 1,
          },
          ncb,
        ),
        registry,
      ],
      [
        'times that are none',
        jws(
          { alg: 'Ed25519', typ: countersignatureTyp, kid: ncb.kid },
          { owner: 'TH', kid: key.kid, purpose: 'notice', valid: { from: 3600, to: 7200 } },
          ncb,
        ),
        registry,
      ],
    ]
    for (const [what, text, at, expected] of rows)
      t.match(
        checkCountersignature(text, { ...about, ...expected }, at, hour),
        { code: 'key/bad-countersignature' },
        what,
      )
    const writtenOtherwise = jws(
      { alg: 'Ed25519', typ: countersignatureTyp, kid: ncb.kid },
      {
        valid: { to: '1970-01-01T02:00:00Z', from: '1970-01-01T01:00:00.0Z' },
        purpose: 'notice',
        kid: key.kid,
        owner: 'TH',
      },
      ncb,
    )
    t.equal(
      checkCountersignature(writtenOtherwise, about, registry, hour),
      undefined,
      'in any order, and however a time is written',
    )
  },
)

type Row = {
  readonly what: string
  readonly jws: string
  readonly nonce?: string
  readonly valid?: { readonly from?: string; readonly to?: string }
  readonly code?: string
}
const vectors = JSON.parse(
  readFileSync(new URL('../../schemas/vectors/keys.json', import.meta.url), 'utf8'),
) as {
  participant: string
  purpose: 'notice'
  jwk: PublicJwk
  kid: string
  ncbJwk: PublicJwk
  proofs: Row[]
  countersignatures: Row[]
}
/** The private parts stand in the RFCs that the vectors name. */
const published = (seed: string): Signer =>
  createSigner(
    createPrivateKey({
      key: Buffer.concat([
        Buffer.from('302e020100300506032b657004220420', 'hex'),
        Buffer.from(seed, 'hex'),
      ]),
      format: 'der',
      type: 'pkcs8',
    }),
  )

await t.test(
  'schemas/vectors/keys.json: each proof and countersignature is taken, or refused with its ' +
    'code, and can be made again',
  async (t) => {
    const { participant, purpose, jwk, kid, ncbJwk } = vectors
    t.equal(thumbprint(jwk), kid)
    for (const { what, jws, nonce, code } of vectors.proofs) {
      t.match(
        checkProof(jws, jwk, { participant, purpose }),
        nonce === undefined ? { refusal: { code } } : { value: nonce },
        what,
      )
    }
    const registry = registryAt(
      enrolKey({ kid: thumbprint(ncbJwk), owner: participant, purpose: 'ncb', jwk: ncbJwk }),
    )
    const microsOf = ({ from, to }: NonNullable<Row['valid']>) => ({
      ...(from && { from: parseMicros(from)! }),
      ...(to && { to: parseMicros(to)! }),
    })
    for (const { what, jws, valid = {}, code } of vectors.countersignatures) {
      t.equal(
        checkCountersignature(
          jws,
          { owner: participant, kid, purpose, valid: microsOf(valid) },
          registry,
          hour,
        )?.code,
        code,
        what,
      )
    }
    const [first, second] = [vectors.proofs[0]!, vectors.countersignatures[0]!]
    t.equal(
      await signProof(
        { nonce: first.nonce!, participant, purpose, kid },
        published('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
      ),
      first.jws,
    )
    t.equal(
      await signCountersignature(
        { owner: participant, kid, purpose, valid: microsOf(second.valid!) },
        published('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
      ),
      second.jws,
    )
  },
)
