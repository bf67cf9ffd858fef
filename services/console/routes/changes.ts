import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { listRegistryChanges } from '#store/registry/changes.ts'
import { changeView } from '../views/change.ts'
import type { Guard } from './guarded.ts'
import { pageOf, readNumbered, type PageQuery } from '#runtime/http/paging.ts'
import type { Administration } from './proposing.ts'
import {
  bearer,
  integer,
  json,
  list,
  object,
  problems,
  text,
  textOrNull,
  time,
} from '#runtime/http/schema-parts.ts'
import { page } from './schemas.ts'

const row = object({
  kind: { enum: ['participant', 'agency', 'group', 'key', 'client'] },
  id: text,
  is: { ...object({}), description: 'The whole of it from this version on, without secrets' },
})
const change = object({
  version: integer,
  at: time,
  who: { ...text, description: 'Everybody who had a part in it' },
  why: { ...textOrNull, description: 'Null towards an NCB where it is about others as well' },
  proposal: textOrNull,
  rows: list(row),
})

const schema = {
  summary: 'Every change of the registry: who, when, why, and what',
  security: bearer,
  description:
    '`after` is a version. An NCB sees what concerns its participant; its page may be short ' +
    'or empty before the end. Role viewer, or ncb.',
  querystring: object({ after: text, limit: text }, { additionalProperties: false }),
  response: { 200: json('A page', object({ changes: list(change), ...page })), ...problems },
}

/** GET /v1/registry/changes */
export const addChangeRoute = (
  app: Http,
  guard: Guard,
  { pool, registry }: Administration,
): void => {
  app.get(
    '/v1/registry/changes',
    { schema },
    guard('ncb', async (request, reply, { participant }) => {
      const read = readNumbered(request.query as PageQuery)
      if (!read.ok) return problem(reply, read.refusal)
      const { after, limit } = read.value
      const { page, next, end } = pageOf(
        await listRegistryChanges(pool, { after, limit: limit + 1 }),
        limit,
        (last) => String(last.version),
        String(after),
      )
      return reply.send({
        changes: page.flatMap((event) => changeView(event, registry(), participant) ?? []),
        next,
        end,
      })
    }),
  )
}
