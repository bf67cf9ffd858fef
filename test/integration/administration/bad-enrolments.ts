import type { Test } from 'tap'
import { signCountersignature, signProof } from '#core/signing/key-proof.ts'
import type { KeyPurpose } from '#core/registry/registry.ts'
import type { Answer } from '#test/support/clients.ts'
import { keyPair } from '#test/support/key-pair.ts'
import { ncbTh, firstTh, hub, post, approve, nonce, enrol } from './world.ts'

export const badEnrolments = async (t: Test): Promise<void> => {
  const [key, attacker, retired, ncbKh] = [keyPair(), keyPair(), keyPair(), keyPair()]
  const used = await nonce('operator', 'TH')
  const proof = (
    over: Partial<{ nonce: string; participant: string; purpose: KeyPurpose; kid: string }>,
    by = key,
    of = key,
  ): Promise<string> =>
    signProof(
      {
        nonce: over.nonce ?? used,
        participant: over.participant ?? 'TH',
        purpose: over.purpose ?? 'notice',
        kid: over.kid ?? of.kid,
      },
      by.signer,
    )
  const good = await proof({})
  t.match(await enrol('operator', key, { proof: good }), { status: 202 })
  await approve('admin', await enrol('operator', retired))
  const superseded = await post('operator', `/v1/keys/${retired.kid}/revoke`, {
    reason: 'superseded',
  })
  t.match(await approve('admin', superseded), { status: 200 })
  const expired = await nonce('operator', 'TH')
  await hub.pool.query('update key_nonce set expires = 0 where nonce = $1', [expired])
  const sign = (over: object, by = ncbTh) =>
    signCountersignature(
      { owner: 'TH', kid: key.kid, purpose: 'notice', valid: {}, ...over },
      by.signer,
    )
  const fresh = async () => proof({ nonce: await nonce('operator', 'TH') })
  const forged = good
    .split('.')
    .with(2, (await proof({}, attacker)).split('.')[2]!)
    .join('.')

  type Row = [what: string, answer: Answer, status: number, code: string]

  const refuses = (t: Test, rows: readonly Row[]): void => {
    for (const [what, answer, status, code] of rows)
      t.match(answer, { status, body: { code } }, what)
  }

  await t.test('a proof that is wrong has its code', async (t) => {
    refuses(t, [
      ['a nonce used before', await enrol('operator', key, { proof: good }), 409, 'key/nonce-used'],
      [
        'a nonce that is over',
        await enrol('operator', key, { proof: await proof({ nonce: expired }) }),
        422,
        'key/unknown-nonce',
      ],
      [
        'a nonce that nobody gave out',
        await enrol('operator', key, { proof: await proof({ nonce: 'x' }) }),
        422,
        'key/unknown-nonce',
      ],
      [
        "another participant's nonce",
        await enrol('operator', key, {
          proof: await proof({ nonce: await nonce('operator', 'KH') }),
        }),
        422,
        'key/other-proof',
      ],
      [
        "another participant's proof, sent again",
        await enrol('operator', key, { participant: 'KH', proof: good, countersignature: null }),
        422,
        'key/other-proof',
      ],
      [
        'a proof for another purpose',
        await enrol('operator', key, { proof: await proof({ purpose: 'witness' }) }),
        422,
        'key/other-proof',
      ],
      [
        'a proof for another key',
        await enrol('operator', key, { proof: await proof({ kid: attacker.kid }) }),
        422,
        'key/other-proof',
      ],
      [
        'a proof by another key',
        await enrol('operator', key, { proof: await proof({}, attacker) }),
        422,
        'key/bad-proof',
      ],
      ['a forged signature', await enrol('operator', key, { proof: forged }), 422, 'key/bad-proof'],
      [
        'a countersignature as the proof',
        await enrol('operator', key, { proof: await sign({}, key) }),
        422,
        'key/bad-proof',
      ],
    ])
  })

  await t.test('a key of another, or one that is retired has its code', async (t) => {
    refuses(t, [
      ['a retired key', await enrol('operator', retired), 409, 'key/retired'],
      [
        'a retired key, by another participant',
        await enrol('operator', retired, { participant: 'KH' }),
        409,
        'registry/other-owner',
      ],
      [
        "another participant's key",
        await enrol('operator', firstTh, { participant: 'KH' }),
        409,
        'registry/other-owner',
      ],
    ])
  })

  await t.test('a countersignature by the wrong key has its code', async (t) => {
    refuses(t, [
      [
        'no countersignature',
        await enrol('operator', key, { proof: await fresh(), countersignature: null }),
        422,
        'key/no-countersignature',
      ],
      [
        'a countersignature by no key of the registry',
        await enrol('operator', key, { proof: await fresh(), by: ncbKh }),
        422,
        'key/bad-countersignature',
      ],
      [
        'a countersignature by a notice key',
        await enrol('operator', key, { proof: await fresh(), by: firstTh }),
        422,
        'key/bad-countersignature',
      ],
      [
        "another NCB's countersignature",
        await enrol('operator', key, {
          participant: 'KH',
          proof: await proof({ participant: 'KH', nonce: await nonce('operator', 'KH') }),
        }),
        422,
        'key/bad-countersignature',
      ],
    ])
  })

  await t.test('a countersignature of something else has its code', async (t) => {
    refuses(t, [
      [
        'a countersignature of another key',
        await enrol('operator', key, {
          proof: await fresh(),
          countersignature: await sign({ kid: attacker.kid }),
        }),
        422,
        'key/bad-countersignature',
      ],
      [
        'a countersignature for another purpose',
        await enrol('operator', key, {
          proof: await fresh(),
          countersignature: await sign({ purpose: 'witness' }),
        }),
        422,
        'key/bad-countersignature',
      ],
      [
        'a countersignature for another validity',
        await enrol('operator', key, {
          proof: await fresh(),
          countersignature: await sign({ valid: { to: 1 } }),
        }),
        422,
        'key/bad-countersignature',
      ],
      [
        'a proof as the countersignature',
        await enrol('operator', key, { proof: await fresh(), countersignature: await fresh() }),
        422,
        'key/bad-countersignature',
      ],
    ])
  })

  await t.test('a validity, a purpose or a participant that cannot be has its code', async (t) => {
    refuses(t, [
      [
        'an end in the past',
        await enrol('operator', key, {
          proof: await fresh(),
          valid: { to: '2020-01-01T00:00:00Z' },
        }),
        422,
        'key/bad-validity',
      ],
      [
        'an end before the beginning',
        await enrol('operator', key, {
          proof: await fresh(),
          valid: { from: '2099-01-02T00:00:00Z', to: '2099-01-01T00:00:00Z' },
        }),
        422,
        'key/bad-validity',
      ],
      [
        'a purpose of the hub',
        await enrol('operator', key, {
          purpose: 'reply',
          proof: await proof({ purpose: 'reply', nonce: await nonce('operator', 'TH') }),
        }),
        422,
        'registry/bad-purpose',
      ],
      [
        'a participant that is not there',
        await enrol('operator', key, {
          participant: 'QQ',
          proof: await proof({ participant: 'QQ' }),
        }),
        422,
        'registry/unknown-name',
      ],
    ])
  })
}
