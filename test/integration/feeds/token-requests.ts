import type { Test } from 'tap'
import { clientSecret } from '#test/support/feeds.ts'
import { inMemory, asked } from './world.ts'

export const tokenRequests = async (t: Test): Promise<void> => {
  const basic = (id: string, secret: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  })

  await t.test(
    'a token is given for the right secret, by form or by Basic, and names the client',
    async (t) => {
      const byForm = await asked(inMemory, {
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'kh-acd',
          client_secret: clientSecret,
        }),
      })
      const byBasic = await asked(inMemory, {
        headers: basic('kh-acd', clientSecret),
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'feeds:read' }),
      })
      for (const { status, body, headers } of [byForm, byBasic]) {
        t.equal(status, 200)
        t.match(body, {
          token_type: 'Bearer',
          expires_in: 600,
          scope: 'feeds:read',
          access_token: String,
        })
        t.equal(headers.get('cache-control'), 'no-store')
        const [header, claims] = String(body['access_token'])
          .split('.')
          .slice(0, 2)
          .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object)
        t.match(header, { alg: 'EdDSA', typ: 'at+jwt', kid: String })
        t.match(claims, {
          iss: 'switchboard-feeds',
          aud: 'feeds',
          sub: 'kh-acd',
          client_id: 'kh-acd',
          agency: 'KH-ACD',
          participant: 'KH',
          purpose: 'criminal-investigation',
          scope: 'feeds:read',
          jti: String,
        })
      }
    },
  )

  const form = {
    grant_type: 'client_credentials',
    client_id: 'kh-acd',
    client_secret: clientSecret,
  }

  const refused: [string, RequestInit, number, string, string | undefined][] = [
    [
      'a wrong secret',
      { body: new URLSearchParams({ ...form, client_secret: 'x' }) },
      401,
      'auth/bad-client',
      'invalid_client',
    ],
    [
      'an unknown client',
      { body: new URLSearchParams({ ...form, client_id: 'nobody' }) },
      401,
      'auth/bad-client',
      'invalid_client',
    ],
    [
      'no client',
      { body: new URLSearchParams({ grant_type: 'client_credentials' }) },
      401,
      'auth/bad-client',
      'invalid_client',
    ],
    [
      'a wrong Basic secret',
      {
        headers: basic('kh-acd', 'x'),
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      },
      401,
      'auth/bad-client',
      'invalid_client',
    ],
    [
      'Basic that is none',
      {
        headers: { authorization: 'Basic !!!' },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      },
      401,
      'auth/bad-client',
      'invalid_client',
    ],
    [
      'another grant',
      { body: new URLSearchParams({ ...form, grant_type: 'password' }) },
      400,
      'auth/bad-grant',
      'unsupported_grant_type',
    ],
    [
      'another scope',
      { body: new URLSearchParams({ ...form, scope: 'notices:write' }) },
      400,
      'auth/bad-grant',
      'invalid_scope',
    ],
    [
      'a parameter twice',
      { body: new URLSearchParams([...Object.entries(form), ['client_id', 'x']]) },
      400,
      'auth/bad-grant',
      'invalid_request',
    ],
    [
      'two ways at once',
      { headers: basic('kh-acd', clientSecret), body: new URLSearchParams(form) },
      400,
      'auth/bad-grant',
      'invalid_request',
    ],
    [
      'JSON',
      { headers: { 'content-type': 'application/json' }, body: '{}' },
      415,
      'body/media-type',
      undefined,
    ],
    [
      'too much',
      { body: new URLSearchParams({ ...form, x: 'x'.repeat(10_000) }) },
      413,
      'body/too-large',
      undefined,
    ],
  ]

  await t.test(
    'a token request that is not right is refused by name, and tells nothing of the client',
    async (t) => {
      const answers = await Promise.all(
        refused.map(async ([name, init, status, code, error]) => {
          const answer = await asked(inMemory, init)
          t.equal(answer.status, status, name)
          t.equal(answer.body['code'], code, name)
          t.equal(answer.body['error'], error, name)
          t.equal(
            answer.headers.get('content-type'),
            'application/problem+json; charset=utf-8',
            name,
          )
          return answer
        }),
      )
      t.strictSame(
        answers[0]!.body,
        answers[1]!.body,
        'an unknown client and a wrong secret get the same answer',
      )
      t.equal(answers[3]!.headers.get('www-authenticate'), 'Basic realm="switchboard"')
    },
  )
}
