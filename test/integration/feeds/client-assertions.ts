import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Test } from 'tap'
import { setClient } from '#core/registry/change.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { world, inMemory, asked } from './world.ts'

export const clientAssertions = async (t: Test): Promise<void> => {
  const ask = (assertion: string, more: object = {}): Promise<Answer> =>
    asked(inMemory, {
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
        ...more,
      }),
    })

  await t.test(
    'a client may sign for its token instead of sending a secret: once for each assertion, for ' +
      'a short time, for us',
    async (t) => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const other = generateKeyPairSync('ed25519').privateKey
      await world.change(
        setClient({
          id: 'vn-signed',
          agency: 'VN-C06',
          purpose: 'criminal-investigation',
          jwks: [publicKey.export({ format: 'jwk' })],
        }),
      )
      const sign = (more: object = {}, key = privateKey): Promise<string> =>
        new SignJWT({
          iss: 'vn-signed',
          sub: 'vn-signed',
          aud: 'switchboard-feeds',
          exp: Math.floor(Date.now() / 1000) + 60,
          jti: randomUUID(),
          ...more,
        })
          .setProtectedHeader({ alg: 'EdDSA' })
          .sign(key)
      const good = await sign()
      const answer = await until('the client is known', async () => {
        const given = await ask(good)
        return given.status === 200 && given
      })
      t.equal(
        (await call(`${inMemory.url}/v1/feeds/all`, answer.body['access_token'] as string)).status,
        200,
      )
      t.equal((await ask(await sign(), { client_id: 'vn-signed' })).status, 200)
      const now = Math.floor(Date.now() / 1000)
      const noAlgorithm = Buffer.from('{"alg":"none"}').toString('base64url')
      const rows: [string, string, object?][] = [
        ['used before', good],
        ['of another key', await sign({}, other)],
        ['expired', await sign({ exp: now - 1 })],
        ['of a long life', await sign({ exp: now + 3600 })],
        ['without an end', await sign({ exp: undefined })],
        ['without a name', await sign({ jti: undefined })],
        ['for another', await sign({ aud: 'gateway-TH' })],
        ['of another issuer', await sign({ iss: 'kh-acd' })],
        ['of another client', await sign({ sub: 'kh-acd' })],
        ['of a client with a secret', await sign({ iss: 'kh-acd', sub: 'kh-acd' })],
        ['with another client_id', await sign(), { client_id: 'kh-acd' }],
        ['of another type', await sign(), { client_assertion_type: 'x' }],
        ['text', 'x'],
        ['unsigned', [noAlgorithm, (await sign()).split('.')[1]!, ''].join('.')],
      ]
      for (const [name, assertion, more] of rows)
        t.match(
          await ask(assertion, more),
          { status: 401, body: { code: 'auth/bad-client', error: 'invalid_client' } },
          name,
        )
    },
  )

  await t.test(
    'an unknown client, a wrong secret and a client without a secret are answered alike, and ' +
      'after as long',
    async (t) => {
      const took: Record<string, number[]> = { 'kh-acd': [], nobody: [], 'vn-signed': [] }
      const seen = new Set<string>()
      for (let round = 0; round < 9; round++) {
        for (const id of Object.keys(took)) {
          const started = performance.now()
          const { status, body, headers } = await asked(inMemory, {
            body: new URLSearchParams({
              grant_type: 'client_credentials',
              client_id: id,
              client_secret: 'x',
            }),
          })
          took[id]!.push(performance.now() - started)
          seen.add(
            JSON.stringify([
              status,
              body,
              headers.get('www-authenticate'),
              headers.get('content-length'),
            ]),
          )
        }
      }
      t.equal(seen.size, 1, 'not a byte tells them apart')
      const medians = Object.values(took).map((times) => times.toSorted((a, b) => a - b)[4]!)
      // An answer without the work of a check takes about a thirtieth of the time.
      t.ok(
        Math.max(...medians) < 4 * Math.min(...medians),
        `medians of ${medians.map((ms) => ms.toFixed(1)).join(', ')} ms`,
      )
    },
  )
}
