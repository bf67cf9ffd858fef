import { randomUUID, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Test } from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { call } from '#test/support/clients.ts'
import { th, session, running, tokens, ask, notice } from './world.ts'

export const roles = async (t: Test): Promise<void> => {
  type Row = readonly [
    path: string,
    token: string | undefined,
    status: number,
    code: string | undefined,
  ]

  await t.test('each role reaches what is for it', async (t) => {
    const path = `/v1/trace/${notice.id}`
    const rows: Row[] = [
      [path, tokens.viewer, 200, undefined],
      [path, tokens.admin, 200, undefined],
      [path, tokens.ncbTh, 403, 'auth/role'],
      ['/v1/quarantine', tokens.viewer, 403, 'auth/role'],
      ['/v1/quarantine', tokens.ncbTh, 403, 'auth/role'],
      ['/v1/quarantine', tokens.admin, 200, undefined],
      ['/v1/participants', tokens.ncbNobody, 403, 'auth/suspended'],
      ['/v1/flow', tokens.ncbTh, 403, 'auth/role'],
      [`/v1/why?notice=${notice.id}&agency=KH-ACD`, tokens.ncbTh, 403, 'auth/role'],
    ]
    for (const [at, token, status, code] of rows)
      t.match(
        await ask(at, token),
        { status, body: code === undefined ? {} : { code } },
        `${at} ${status}`,
      )
  })

  const signed = (
    claims: Record<string, unknown>,
    {
      key = session.privateKey,
      header = {},
    }: { key?: KeyObject; header?: Record<string, string> } = {},
  ): Promise<string> =>
    new SignJWT({
      iss: 'switchboard-console',
      aud: 'console',
      sub: 's',
      role: 'admin',
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: thumbprint(session.jwk), ...header })
      .sign(key)

  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')

  await t.test('a token that is wrong in any way is 401 with one answer', async (t) => {
    const past = Math.floor(Date.now() / 1000) - 1
    const [head, body, signature] = (await signed({})).split('.')
    const hmac = await new SignJWT({
      iss: 'switchboard-console',
      aud: 'console',
      sub: 's',
      role: 'admin',
      iat: past,
      exp: past + 99,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .sign(Buffer.from(session.jwk.x, 'base64url'))
    const rows: [string, string][] = [
      ['another issuer', await signed({ iss: 'https://id.police.th.example' })],
      ['another audience', await signed({ aud: 'gateway-TH' })],
      ['expired', await signed({ exp: past })],
      ['without sub', await signed({ sub: undefined })],
      ['without exp', await signed({ exp: undefined })],
      ['without iat', await signed({ iat: undefined })],
      ['without role', await signed({ role: undefined })],
      ['an unknown role', await signed({ role: 'root' })],
      ['several roles', await signed({ role: ['viewer', 'admin'] })],
      ['an NCB of nobody', await signed({ role: 'ncb' })],
      ['an admin of a participant', await signed({ participant: 'TH' })],
      ['another type', await signed({}, { header: { typ: 'JWT' } })],
      ['an unknown kid', await signed({}, { header: { kid: 'other' } })],
      ['another key', await signed({}, { key: th.privateKey })],
      ['alg none', `${none}.${body}.`],
      ['HMAC with the public key', hmac],
      ['a changed signature', `${head}.${body}.${signature!.slice(0, -4)}AAAA`],
      ['no token at all', 'x'],
    ]
    t.equal(
      (await ask('/v1/participants', await signed({}))).status,
      200,
      'the token these differ from',
    )
    for (const [title, token] of rows)
      t.match(
        await ask('/v1/participants', token),
        { status: 401, body: { code: 'auth/bad-token' } },
        title,
      )
    for (const claims of [{ exp: past + 43_300 }, { iat: past - 40_000, exp: past + 3300 }])
      t.match(await ask('/v1/participants', await signed(claims)), {
        status: 401,
        body: { code: 'auth/token-too-long', detail: '43200 s' },
      })
    t.match(await call(`${running.url}/v1/participants`, undefined), {
      status: 401,
      body: { code: 'auth/no-token' },
    })
    t.match(
      await call(`${running.url}/v1/participants`, undefined, {
        headers: { authorization: `Basic ${tokens.admin}` },
      }),
      { status: 401, body: { code: 'auth/bad-token' } },
    )
  })

  await t.test('parameters are checked, and what is absent is 404', async (t) => {
    const rows: (readonly [string, number, string])[] = [
      ['/v1/trace/no-uuid', 400, 'request/bad-parameter'],
      [`/v1/trace/${randomUUID()}`, 404, 'notice/not-found'],
      [`/v1/trace/${notice.id}?issuer=VN`, 404, 'notice/not-found'],
      [`/v1/trace/${notice.id}?x=1`, 400, 'request/bad-parameter'],
      ['/v1/quarantine?limit=0', 400, 'request/bad-parameter'],
      ['/v1/quarantine?limit=501', 400, 'request/bad-parameter'],
      ['/v1/quarantine?after=x', 400, 'request/bad-cursor'],
      ['/v1/quarantine?state=other', 400, 'request/bad-parameter'],
      ['/v1/why?notice=x&agency=KH-ACD', 400, 'request/bad-parameter'],
      [`/v1/why?notice=${notice.id}`, 400, 'request/bad-parameter'],
      [`/v1/why?notice=${notice.id}&agency=NOBODY`, 404, 'notice/not-found'],
      ['/v1/participants/nobody', 404, 'request/not-found'],
      ['/v1/nothing', 404, 'request/not-found'],
    ]
    for (const [path, status, code] of rows)
      t.match(await ask(path), { status, body: { code } }, path)
  })
}
