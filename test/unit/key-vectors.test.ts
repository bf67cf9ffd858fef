import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  checkCountersignature,
  checkProof,
  signCountersignature,
  signProof,
} from '#core/signing/key-proof.ts'
import { enrolKey } from '#core/registry/change.ts'
import { thumbprint, type Signer } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { parseMicros } from '#core/time.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { hour, registryAt } from './key-proof-fixtures.ts'

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
