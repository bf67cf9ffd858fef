import t from 'tap'
import {
  checkCountersignature,
  countersignatureTyp,
  signCountersignature,
  signProof,
} from '#core/signing/key-proof.ts'
import { admitParticipant, enrolKey, revokeKey } from '#core/registry/change.ts'
import type { Registry } from '#core/registry/registry.ts'
import { key, ncb, attacker, proof, jws, hour, registryAt } from './key-proof-fixtures.ts'

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

const forged: [
  what: string,
  text: string,
  registry: Registry,
  expected?: Partial<typeof about> | object,
][] = [
  ['by a key that is not enrolled', await signCountersignature(about, attacker.signer), registry],
  ["by another country's NCB", signed, registryAt(enrolNcb('KH'))],
  ['by a notice key', signed, registryAt(enrolNcb('TH', ncb, 'notice'))],
  ['by a compromised key', signed, registryAt(enrolNcb('TH'), revokeKey(ncb.kid, 'compromised'))],
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

await t.test(
  'a countersignature is by a key of its own NCB that is good now, over exactly owner, kid, ' +
    'purpose and validity',
  async (t) => {
    t.equal(checkCountersignature(signed, about, registry, hour), undefined)
    t.match(checkCountersignature(undefined, about, registry, hour), {
      code: 'key/no-countersignature',
    })
    for (const [what, text, at, expected] of forged)
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
