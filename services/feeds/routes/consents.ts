import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Registry } from '#core/registry/registry.ts'
import { checkConsentAnswer, checkConsentRequest } from '#core/schema/check.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { findConsent, listConsents, type Consent } from '#store/requests/consents.ts'
import { answerConsent, askConsent, consentView, viewerOf } from '../requests/consents.ts'
import { findNotice, type FindDeps } from '../reading/find-notice.ts'
import type { FeedReader } from '../reading/reader.ts'
import { asReader, idOf, type AuthenticateReader } from './as-reader.ts'
import { consentSchemas as schemas } from './consents-schema.ts'
import { readAfterUuid } from '#runtime/http/paging.ts'
import { readBody } from '#runtime/http/body.ts'

export type ConsentRouteDeps = {
  readonly authenticate: AuthenticateReader
  readonly find: FindDeps
  readonly consentAsked: () => void
  readonly consentAnswered: (answer: string) => void
}

/**
 * The routes by which a holder asks the originator's consent (H2), and the originator answers. Both
 * are records. Neither changes what `decide` gives.
 */
export const addConsentRoutes = (app: Http, deps: ConsentRouteDeps): void => {
  const { pool, registry } = deps.find
  const as = (handle: typeof ask) =>
    asReader(deps.authenticate, (request, reply, reader) => handle(request, reply, reader, deps))
  app.post('/v1/notices/:id/consent-requests', { schema: schemas.ask }, as(ask))
  app.get(
    '/v1/consent-requests',
    { schema: schemas.list },
    as((request, reply, reader) => answerPage(request, reply, reader, pool, registry())),
  )
  app.get('/v1/consent-requests/:id', { schema: schemas.get }, as(answerOne))
  app.post('/v1/consent-requests/:id/answer', { schema: schemas.answer }, as(answerRequest))
}

const send = (
  reply: FastifyReply,
  outcome: Checked<Consent>,
  reader: FeedReader,
  registry: Registry,
  status = 200,
): FastifyReply =>
  outcome.ok
    ? reply.code(status).send(consentView(outcome.value, viewerOf(reader, registry)))
    : problem(reply, outcome.refusal)

const ask = async (
  request: FastifyRequest,
  reply: FastifyReply,
  reader: FeedReader,
  deps: ConsentRouteDeps,
): Promise<unknown> => {
  const { registry } = deps.find
  const body = readBody(request, checkConsentRequest)
  if (!body.ok) return problem(reply, body.refusal)
  const { issuer } = request.query as { issuer?: string }
  const found = await findNotice(reader, idOf(request), issuer, deps.find)
  if (!found.ok) return problem(reply, found.refusal)
  const asked = await askConsent(deps.find, reader, found.value, body.value, registry())
  if (asked.ok) deps.consentAsked()
  return send(reply, asked, reader, registry(), 201)
}

const answerOne: typeof ask = async (request, reply, reader, { find: { pool, registry } }) => {
  const found = await findConsent(pool, viewerOf(reader, registry()), idOf(request))
  const outcome = found === undefined ? refuse('request/not-found') : accept(found)
  return send(reply, outcome, reader, registry())
}

const answerRequest: typeof ask = async (request, reply, reader, deps) => {
  const { registry } = deps.find
  const body = readBody(request, checkConsentAnswer)
  if (!body.ok) return problem(reply, body.refusal)
  const viewer = viewerOf(reader, registry())
  const answered = await answerConsent(deps.find, reader, viewer, idOf(request), body.value)
  if (answered.ok) deps.consentAnswered(body.value.answer)
  return send(reply, answered, reader, registry())
}

const answerPage = async (
  request: FastifyRequest,
  reply: FastifyReply,
  reader: FeedReader,
  pool: Pool,
  registry: Registry,
): Promise<FastifyReply> => {
  const query = readAfterUuid(request.query as Record<string, string>)
  if (!query.ok) return problem(reply, query.refusal)
  const { after, limit } = query.value
  const viewer = viewerOf(reader, registry)
  const found = await listConsents(pool, viewer, after, limit + 1)
  if (found === undefined) return problem(reply, { code: 'request/bad-cursor' })
  const page = found.slice(0, limit)
  return reply.send({
    requests: page.map((consent) => consentView(consent, viewer)),
    next: page.at(-1)?.id ?? after ?? '',
    end: found.length <= limit,
  })
}
