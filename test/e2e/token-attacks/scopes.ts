import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { call, type Answer } from '#test/support/clients.ts'
import { claims, header, info, targets, token } from './world.ts'

const gateway = targets[0]!

const send = (method: string, path: string, body: object | undefined, bearer: string) =>
  call(`${info.gateways['TH']!.url}${path}`, bearer, {
    method,
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })

const id = randomUUID()

/** What each route of statements answers to a token of its scope. */
const routes = [
  {
    route: ['POST', `/v1/notices/${id}/reactions`, { issuer: 'TH', reaction: 'useful' }],
    scope: 'notices:write',
    right: 202,
  },
  { route: ['GET', `/v1/said/${id}`, undefined], scope: 'notices:read', right: 404 },
] as const

const scopes = [
  'notices:read',
  'notices:write',
  'notices:read notices:write',
  '',
  'notices',
  'notices:',
  'notices:*',
  'NOTICES:WRITE NOTICES:READ',
  'notices:write2 notices:read2',
  'notices:write,notices:read',
  'notices:release requests:write requests:read feeds:read',
]

export const scopesOfStatements = async (t: Test): Promise<void> => {
  for (const { route, scope, right } of routes) {
    const [method, path, body] = route
    await t.test(`${method} ${path.replace(id, '{id}')} asks for ${scope}`, async (t) => {
      const as = (more: object): Promise<Answer> =>
        send(method, path, body, token(gateway, header(gateway), claims(gateway, { ...more })))
      for (const given of scopes) {
        const has = given.split(' ').includes(scope)
        t.match(
          await as({ scope: given }),
          has ? { status: right } : { status: 403, body: { code: 'auth/missing-scope' } },
          `"${given}"`,
        )
      }
      for (const bad of [undefined, null, 1, [scope], { [scope]: true }])
        t.match(
          await as({ scope: bad }),
          { status: 401, body: { code: 'auth/bad-token' } },
          JSON.stringify(bad) ?? 'none',
        )
      for (const agency of ['KH-ACD', 'XX-1', ''])
        t.match(
          await as({ agency }),
          { status: 403, body: { code: 'auth/unknown-agency' } },
          `of the agency "${agency}"`,
        )
    })
  }
}
