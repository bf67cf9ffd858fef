import { generateKeyPairSync } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import type { Test } from 'tap'
import type { Signer } from '#core/signing/keys.ts'
import { signCountersignature, signProof } from '#core/signing/key-proof.ts'
import { createSigner, loadSigner } from '#runtime/keys/signer.ts'
import { answered, call, type Answer } from '#test/support/clients.ts'
import { loadNotices } from '#test/support/load.ts'
import { until } from '#test/support/until.ts'
import { info, keys, pool, limitMs } from './world.ts'

export const rotation = async (t: Test): Promise<void> => {
  const atConsole = (token: string, path: string, body?: object): Promise<Answer> =>
    call(
      `${info.console.url}${path}`,
      token,
      body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
    )

  /** As two persons of the hub do: one proposes, the other approves. */
  const agreed = async (path: string, body: object): Promise<void> => {
    const proposed = await atConsole(info.console.tokens.operator, path, { why: 'a test', ...body })
    if (proposed.status !== 202) throw new Error(JSON.stringify(proposed.body))
    const approved = await atConsole(
      info.console.tokens.admin,
      `/v1/proposals/${String(proposed.body['id'])}/approve`,
      { why: 'a test' },
    )
    if (approved.status !== 200) throw new Error(JSON.stringify(approved.body))
  }

  const logged = async (kid: string): Promise<{ id: string; time: string }[]> =>
    (await atConsole(info.console.tokens.operator, `/v1/keys/${kid}/logged?limit=500`)).body[
      'notices'
    ] as { id: string; time: string }[]

  const nextFile = `${keys.notice.TH.file}.next`

  type Jwk = { kty: 'OKP'; crv: 'Ed25519'; x: string }

  /** Makes a notice key for TH and writes it beside the one in use. */
  const makeNextKey = async (): Promise<{ jwk: Jwk; signer: Signer }> => {
    const next = generateKeyPairSync('ed25519').privateKey
    const { kty, crv, x, d } = next.export({ format: 'jwk' }) as Jwk & { d: string }
    await writeFile(nextFile, JSON.stringify({ kty, crv, x, d }), { mode: 0o600 })
    return { jwk: { kty, crv, x }, signer: createSigner(next) }
  }

  /** Enrols a notice key of TH with its proof and the countersignature of its NCB. */
  const enrol = async (jwk: Jwk, signer: Signer): Promise<void> => {
    const ncb = await loadSigner(keys.ncb.TH.file)
    const { nonce } = (
      await atConsole(info.console.tokens.operator, '/v1/keys/nonce', { participant: 'TH' })
    ).body as { nonce: string }
    const of = { participant: 'TH', purpose: 'notice' } as const
    await agreed('/v1/keys', {
      ...of,
      jwk,
      proof: await signProof({ ...of, nonce, kid: signer.kid }, signer),
      countersignature: await signCountersignature(
        { owner: 'TH', kid: signer.kid, purpose: 'notice', valid: {} },
        ncb,
      ),
    })
  }

  /** The key that TH signs with after the rotations. */
  let current = keys.notice.TH.kid

  await t.test(
    'a notice key is rotated again and again while notices flow, and none is refused',
    { timeout: 120_000 },
    async (t) => {
      const load = loadNotices(info, 'TH', { lanes: 3, pauseMs: 10 })
      let kid = keys.notice.TH.kid
      const used = [kid]
      for (let round = 0; round < 4; round++) {
        const { jwk, signer } = await makeNextKey()
        // In every other round the gateway has the key before the hub: it goes on with the one
        // before.
        if (round % 2 === 0) await rename(nextFile, keys.notice.TH.file)
        await enrol(jwk, signer)
        if (round % 2 === 1) await rename(nextFile, keys.notice.TH.file)
        await until(
          'notices signed with the next key',
          async () => (await logged(signer.kid)).length > 0,
          20_000,
        )
        await agreed(`/v1/keys/${kid}/revoke`, { reason: 'superseded', overlapHours: 1 })
        kid = signer.kid
        used.push(kid)
      }
      const { taken } = await load.stop()
      for (const id of taken)
        t.equal((await answered(info, 'TH', id)).body['status'], 'accepted', id, {
          diagnostic: false,
        })
      t.comment(`${taken.size} notices, ${used.length} keys`)
      const seen = (await Promise.all(used.map(logged))).flat().map((n) => n.id)
      t.same(
        [...taken].filter((id) => !seen.includes(id)),
        [],
        'each is in the list of the key that signed it',
      )
      const known = await until(
        'the gateway knows',
        async () => {
          const { body } = await call(
            `${info.gateways['TH']!.url}/v1/registry`,
            info.gateways['TH']!.token,
          )
          return (body['keys'] as { status: string }[]).filter((k) => k.status === 'superseded')
            .length === 4
            ? body
            : undefined
        },
        limitMs,
      )
      t.match(
        known['changes'],
        [{ kind: 'key', who: 'operator@demo, admin@demo', why: 'a test' }],
        'who changed what is its own, and why, is pushed to the country',
      )
      t.match(
        await (await fetch(`${info.gateways['TH']!.url}/metrics`)).text(),
        /switchboard_gateway_key_expires_seconds\{service="gateway"\} \+Inf/,
      )
      current = kid
    },
  )

  await t.test('a compromised notice key is out at once', { timeout: 120_000 }, async (t) => {
    const going = loadNotices(info, 'TH', { lanes: 3, pauseMs: 10 })
    await until('it flows', () => going.ledger.taken.size > 10, 20_000)
    const revoked = await atConsole(info.ncb['TH']!.token, `/v1/keys/${current}/revoke`, {
      reason: 'compromised',
      suspectedSince: new Date(Date.now() - 3600_000).toISOString(),
      why: 'stolen',
    })
    t.match(revoked, { status: 202, body: { state: 'unconfirmed' } }, 'its NCB alone, at once')
    const since = Date.now()
    await until(
      'what it signs is refused',
      async () =>
        (
          await pool.query(
            `select from quarantine where participant = 'TH' and code = 'envelope/key-revoked'`,
          )
        ).rowCount !== 0,
      limitMs,
    )
    t.comment(`refused ${Date.now() - since} ms after the answer`)
    await going.stop()
    const list = await logged(current)
    t.ok(
      list.length > 0 && list.every((n) => Date.parse(n.time) < since + limitMs),
      'what was logged since it may have been stolen is listed, and nothing later than 5 s after',
    )
    await until(
      'its gateway says that the hub does not take its key',
      async () => (await call(`${info.gateways['TH']!.url}/readyz`, undefined)).status === 503,
      limitMs,
    )
    t.match(
      await (await fetch(`${info.gateways['TH']!.url}/metrics`)).text(),
      /switchboard_gateway_key_expires_seconds\{service="gateway"\} 0/,
    )
  })
}
