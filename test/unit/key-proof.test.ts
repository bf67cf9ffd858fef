import { createHmac } from 'node:crypto'
import t from 'tap'
import { checkProof, countersignatureTyp, proofTyp, signProof } from '#core/signing/key-proof.ts'
import { key, attacker, of, proof, encode, jws } from './key-proof-fixtures.ts'

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
