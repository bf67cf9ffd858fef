import type { Test } from 'tap'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { call } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { info, keys } from './world.ts'

const claims = {
  iss: issuerOf('TH'),
  aud: 'gateway-TH',
  sub: 'x',
  agency: 'TH-CCIB',
  scope: 'notices:write notices:read',
}

const url = `${info.gateways['TH']!.url}/v1/notices`

const send = (token: string | undefined) =>
  call(url, token, {
    method: 'POST',
    body: JSON.stringify(phone()),
    headers: { 'content-type': 'application/json' },
  })

export const tokens = async (t: Test): Promise<void> => {
  await t.test('a token that is missing, foreign, incomplete or for another gateway', async (t) => {
    t.match(await send(undefined), { status: 401, body: { code: 'auth/no-token' } })
    t.match(await send('garbage'), { status: 401, body: { code: 'auth/bad-token' } })
    t.match(
      await send(info.gateways['KH']!.token),
      { status: 401, body: { code: 'auth/bad-token' } },
      "another country's token",
    )
    t.match(
      await send(info.feeds.agencies['TH-CCIB']!.token),
      { status: 401, body: { code: 'auth/bad-token' } },
      'a token of the feeds',
    )
    t.match(
      await send(await mintToken(keys.issuer.TH, { ...claims, aud: 'gateway-KH' }, 60)),
      { status: 401 },
      'another audience',
    )
    t.match(
      await send(await mintToken(keys.issuer.KH, claims, 60)),
      { status: 401 },
      'signed with another key',
    )
    t.match(await send(await mintToken(keys.issuer.TH, claims, -60)), { status: 401 }, 'expired')
    for (const name of ['agency', 'scope', 'sub'] as const) {
      const { [name]: _left, ...rest } = claims
      t.match(
        await send(await mintToken(keys.issuer.TH, rest, 60)),
        { status: 401, body: { code: 'auth/bad-token' } },
        `without ${name}`,
      )
    }
    t.match(await send(await mintToken(keys.issuer.TH, { ...claims, scope: 'notices:read' }, 60)), {
      status: 403,
      body: { code: 'auth/missing-scope' },
    })
    t.match(
      await send(await mintToken(keys.issuer.TH, { ...claims, agency: 'KH-ACD' }, 60)),
      { status: 403, body: { code: 'auth/unknown-agency' } },
      "another country's agency",
    )
    t.match(
      await send(await mintToken(keys.issuer.TH, claims, 60)),
      { status: 202 },
      'and a good one passes',
    )
  })
}
