import { checkReactionBody } from '#core/schema/check.ts'
import { formatMicros } from '#core/time.ts'
import { readBody } from '#runtime/http/body.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import type { AuthenticateCaller } from '../keys/auth.ts'
import { react, type ReactDeps } from '../said/react.ts'
import type { SaidState } from '../said/said-store.ts'
import { unlessBusy } from './busy.ts'
import { adviceOf } from './notice-view.ts'
import { saidSchemas as schemas } from './said-schema.ts'

export type SaidRouteDeps = {
  readonly authenticate: AuthenticateCaller
  readonly react: ReactDeps
  readonly said: (agency: string, id: string) => Promise<SaidState | undefined>
}

/** The routes for what an agency says beside notices, and for how far it has come. */
export const addSaidRoutes = (app: Http, deps: SaidRouteDeps): void => {
  const idOf = (params: unknown): string => (params as { id: string }).id.toLowerCase()
  app.post('/v1/notices/:id/reactions', { schema: schemas.react }, async (request, reply) => {
    const caller = await deps.authenticate(request, 'notices:write')
    if (!caller.ok) return problem(reply, caller.refusal)
    const body = readBody(request, checkReactionBody)
    if (!body.ok) return problem(reply, body.refusal)
    return unlessBusy(reply, async () => {
      const said = await react(body.value, idOf(request.params), caller.value, deps.react)
      if (!said.ok) return problem(reply, said.refusal)
      const { id } = said.value
      return reply.code(202).header('location', `/v1/said/${id}`).send({ id, status: 'queued' })
    })
  })
  app.get('/v1/said/:id', { schema: schemas.get }, async (request, reply) => {
    const caller = await deps.authenticate(request, 'notices:read')
    if (!caller.ok) return problem(reply, caller.refusal)
    const found = await deps.said(caller.value.agency, idOf(request.params))
    return found === undefined
      ? problem(reply, { code: 'notice/not-found' })
      : reply.send(saidView(found))
  })
}

const saidView = ({ id, type, state, postedAt, answeredAt, receipt }: SaidState): object => ({
  id,
  type,
  status: state,
  postedAt: formatMicros(postedAt),
  answeredAt: answeredAt === null ? null : formatMicros(answeredAt),
  receipt,
  ...adviceOf({ receipt }),
})
