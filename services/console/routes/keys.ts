import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Key, Micros, Registry } from '#core/registry/registry.ts'
import { formatMicros, parseMicros } from '#core/time.ts'
import type { Http } from '#runtime/http/http.ts'
import { pageOf, readLimit, type PageQuery } from '#runtime/http/paging.ts'
import { problem } from '#runtime/http/problem.ts'
import { indexAt, loggedByKey } from '#store/registry/logged-by-key.ts'
import { hasRole, type Operator } from '../operators/auth.ts'
import { keyView } from '../views/participant.ts'
import type { Guard } from './guarded.ts'
import { schemas } from './keys-schema.ts'
import type { Administration } from './proposing.ts'

/** GET /v1/keys, GET /v1/keys/{kid}, GET /v1/keys/{kid}/logged */
export const addKeyRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const { registry, now } = deps
  app.get(
    '/v1/keys',
    { schema: schemas.list },
    guard('ncb', async (request, reply, operator) =>
      answerPage(request, reply, operator, registry(), now()),
    ),
  )
  app.get(
    '/v1/keys/:kid',
    { schema: schemas.one },
    guard('ncb', async (request, reply, operator) => {
      const found = ownKey(request.params, operator, registry())
      return found.ok ? reply.send(keyView(found.value, now())) : problem(reply, found.refusal)
    }),
  )
  app.get(
    '/v1/keys/:kid/logged',
    { schema: schemas.logged },
    guard('ncb', (request, reply, operator) => answerLogged(request, reply, operator, deps)),
  )
}

type KeyQuery = PageQuery & {
  readonly owner?: string
  readonly purpose?: string
  readonly status?: string
}

const answerPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  operator: Operator,
  registry: Registry,
  now: Micros,
): FastifyReply => {
  const { after = '', owner, purpose, status, ...query } = request.query as KeyQuery
  const limit = readLimit(query)
  if (!limit.ok) return problem(reply, limit.refusal)
  const isWanted = (key: Key): boolean =>
    (owner === undefined || owner === key.owner) &&
    (purpose === undefined || purpose === key.purpose) &&
    (status === undefined || status === key.status)
  const following = [...registry.keys.values()]
    .filter((key) => isOwn(key, operator) && isWanted(key) && key.kid > after)
    .sort((a, b) => (a.kid < b.kid ? -1 : 1))
  const { page, next, end } = pageOf(following, limit.value, (last) => last.kid, after)
  const keys = page.map((key) => keyView(key, now))
  return reply.send({ keys, registryVersion: registry.version, next, end })
}

const answerLogged = async (
  request: FastifyRequest,
  reply: FastifyReply,
  operator: Operator,
  { pool, registry }: Administration,
): Promise<FastifyReply> => {
  const query = request.query as PageQuery & { since?: string }
  const found = ownKey(request.params, operator, registry())
  const limit = readLimit(query)
  if (operator.participant === undefined && !hasRole(operator, 'operator'))
    return problem(reply, { code: 'auth/role', detail: 'operator' })
  if (!found.ok) return problem(reply, found.refusal)
  if (!limit.ok) return problem(reply, limit.refusal)
  const since = query.since === undefined ? found.value.suspectedSince : parseMicros(query.since)
  const { entries, next, end } = await loggedByKey(pool, {
    issuer: found.value.owner,
    kid: found.value.kid,
    from: query.after === undefined ? await firstSince(pool, since) : Number(query.after),
    limit: limit.value,
  })
  return reply.send({
    since: since === undefined ? null : formatMicros(since),
    notices: entries.map((e) => ({ ...e, time: formatMicros(e.time) })),
    next: String(next),
    end,
  })
}

const firstSince = async (pool: Pool, since: Micros | undefined): Promise<number> =>
  since === undefined ? 0 : indexAt(pool, since)

/** The key with the kid of the path. An NCB finds its own keys only. */
export const ownKey = (params: unknown, operator: Operator, registry: Registry): Checked<Key> => {
  const key = registry.keys.get((params as { kid: string }).kid)
  return key !== undefined && isOwn(key, operator) ? accept(key) : refuse('request/not-found')
}

const isOwn = ({ owner }: Key, { participant }: Operator): boolean =>
  participant === undefined || participant === owner
