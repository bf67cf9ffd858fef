import type { Pool } from 'pg'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { quarantineStates, readQuarantine } from '#store/log/quarantine.ts'
import { quarantineForOperator } from '../views/trace.ts'
import type { Guard } from './guarded.ts'
import { pageOf, readNumbered, type PageQuery } from '#runtime/http/paging.ts'
import { bearer, json, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import { name, page, quarantined } from './schemas.ts'

const quarantineSchema = {
  summary: 'What was refused or is held',
  description:
    'In the order it came in, or with order=newest backwards. Codes and places, never the ' +
    'bytes. Role operator.',
  security: bearer,
  querystring: object(
    {
      after: text,
      limit: text,
      state: { enum: quarantineStates },
      participant: name,
      order: { enum: ['oldest', 'newest'] },
    },
    { additionalProperties: false },
  ),
  response: {
    200: json('A page', object({ quarantine: list(quarantined), ...page })),
    ...problems,
  },
}

/** GET /v1/quarantine */
export const addQuarantineRoute = (app: Http, guard: Guard, pool: Pool): void => {
  app.get(
    '/v1/quarantine',
    { schema: quarantineSchema },
    guard('operator', async (request, reply) => {
      const { order, ...query } = request.query as PageQuery & {
        state?: string
        participant?: string
        order?: string
      }
      const read = readNumbered(query)
      if (!read.ok) return problem(reply, read.refusal)
      const { after, limit } = read.value
      const rows = await readQuarantine(pool, {
        ...query,
        after,
        limit: limit + 1,
        newestFirst: order === 'newest',
      })
      const { page, next, end } = pageOf(rows, limit, (last) => String(last.seq), String(after))
      return reply.send({ quarantine: page.map(quarantineForOperator), next, end })
    }),
  )
}
