import type { Pool } from 'pg'
import type { Micros, Registry } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { quarantineOf } from '#store/log/quarantine.ts'
import { traceNotice } from '#store/operators/trace.ts'
import { traceView } from '../views/trace.ts'
import type { Guard } from './guarded.ts'
import {
  bearer,
  flag,
  integer,
  json,
  list,
  object,
  problems,
  text,
  time,
  textOrNull,
  timeOrNull,
  uuid,
} from '#runtime/http/schema-parts.ts'
import { delivery, name, quarantined } from './schemas.ts'

const step = object(
  {
    step: {
      enum: [
        'posted',
        'signed',
        'published',
        'received',
        'logged',
        'receipted',
        'expired',
        'destroyed',
      ],
    },
    at: timeOrNull,
    by: { enum: ['gateway', 'hub'] },
    claimed: { ...flag, description: 'The time is what the gateway says' },
    index: integer,
  },
  { required: ['step', 'at', 'by'] },
)
const other = object({
  agency: text,
  participant: text,
  purpose: text,
  rule: { ...text, description: 'services/core/README.md lists them' },
  mayRead: {
    ...flag,
    description: 'By the registry as it is now; true where it has not been fetched',
  },
})
const consent = object({
  id: uuid,
  participant: text,
  agency: text,
  client: text,
  to: list(text),
  at: time,
  status: { enum: ['waiting', 'granted', 'refused'] },
  answeredAt: timeOrNull,
  answeredBy: textOrNull,
  until: timeOrNull,
})
const version = object({
  version: integer,
  kind: text,
  status: { enum: ['active', 'revoked', 'expired'] },
  digest: text,
  index: integer,
  registryVersion: integer,
  agency: { type: ['string', 'null'] },
  contentDestroyed: {
    ...time,
    description: 'Its time of retention is over: place and digest in the log stay',
  },
  handling: object(
    {
      tlp: text,
      codes: list(text),
      purposes: { type: ['array', 'null'], items: text },
      expires: { ...time, type: ['string', 'null'] },
    },
    { type: ['object', 'null'] },
  ),
  steps: list(step),
  deliveries: list(delivery),
  consents: { ...list(consent), description: 'H2: requests to pass it on' },
  others: list(other),
})
const answer = object({
  id: uuid,
  notices: list(object({ issuer: text, versions: list(version) })),
  refusals: list(quarantined),
})

const traceSchema = {
  summary: 'One notice, step by step',
  security: bearer,
  description:
    'Every step with its time, every hand-over, and why every other agency did not get it. ' +
    'Without content. Role viewer.',
  params: object({ id: uuid }, { required: ['id'] }),
  querystring: object({ issuer: name }, { additionalProperties: false }),
  response: { 200: json('All issuers that use the id, all versions', answer), ...problems },
}

export type TraceDeps = {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly now: () => Micros
}

/** GET /v1/trace/{noticeId} */
export const addTraceRoute = (
  app: Http,
  guard: Guard,
  { pool, registry, now }: TraceDeps,
): void => {
  app.get(
    '/v1/trace/:id',
    { schema: traceSchema },
    guard('viewer', async (request, reply) => {
      const id = (request.params as { id: string }).id.toLowerCase()
      const { issuer } = request.query as { issuer?: string }
      const [versions, refusals] = await Promise.all([
        traceNotice(pool, id, issuer),
        quarantineOf(pool, id, issuer),
      ])
      if (versions.length === 0 && refusals.length === 0)
        return problem(reply, { code: 'notice/not-found' })
      return reply.send(traceView(id, versions, refusals, registry(), now()))
    }),
  )
}
