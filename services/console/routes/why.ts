import type { Pool } from 'pg'
import type { Micros, Registry } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { traceNotice, type TracedVersion } from '#store/operators/trace.ts'
import { whyView } from '../views/why.ts'
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
  textOrNull,
  time,
  timeOrNull,
  uuid,
} from '#runtime/http/schema-parts.ts'
import { delivery, name } from './schemas.ts'

const decision = {
  ...object({
    registryVersion: integer,
    at: time,
    purpose: {
      ...textOrNull,
      description: 'It was tried with: one the agency holds and the notice allows',
    },
    content: flag,
    existence: flag,
    withhold: list(text),
    rule: { ...text, description: 'services/core/README.md lists them' },
    copyTlp: text,
    conditions: flag,
    notToBePassedOn: flag,
    adviceOnly: { ...text, description: 'The advice is given where it is exactly this' },
  }),
  type: ['object', 'null'],
}
const waits = {
  ...object({
    agencies: {
      ...list(text),
      description: 'Victim desks among the released that were not handed it yet',
    },
    until: { ...time, description: 'It waits no longer than this' },
  }),
  type: ['object', 'null'],
  description:
    'Null unless it may have the content of a notice on a possible victim, and victim desks ' +
    'are told first',
}
const result = object({
  issuer: text,
  version: integer,
  index: integer,
  loggedAt: time,
  asLogged: decision,
  asOfNow: decision,
  waitsFor: waits,
  acknowledged: timeOrNull,
  deliveries: list(delivery),
})

const whySchema = {
  summary: 'Why an agency may or may not have a notice',
  security: bearer,
  description:
    'Recomputed by the registry as it was when each version was logged, and as it is now. ' +
    'Null where that registry has no such agency. Role viewer.',
  querystring: object(
    { notice: uuid, agency: name, issuer: name },
    { required: ['notice', 'agency'], additionalProperties: false },
  ),
  response: {
    200: json(
      'Every version, oldest first',
      object({ notice: uuid, agency: text, versions: list(result) }),
    ),
    ...problems,
  },
}

export type WhyDeps = {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly now: () => Micros
  readonly headStartMs: number
}

/** GET /v1/why?notice=&agency=&issuer= */
export const addWhyRoute = (
  app: Http,
  guard: Guard,
  { pool, registry, now, headStartMs }: WhyDeps,
): void => {
  app.get(
    '/v1/why',
    { schema: whySchema },
    guard('viewer', async (request, reply) => {
      const { notice, agency, issuer } = request.query as {
        notice: string
        agency: string
        issuer?: string
      }
      const versions = await traceNotice(pool, notice.toLowerCase(), issuer)
      if (versions.length === 0 || !registry().agencies.has(agency))
        return problem(reply, { code: 'notice/not-found' })
      const earlier = await registriesOf(pool, versions)
      const asOfNow = { registry: registry(), at: now() }
      const views = versions.map((v) => {
        const newest = versions.findLast((other) => other.issuer === v.issuer)!
        return whyView(
          agency,
          v,
          newest,
          { registry: earlier.get(v.registryVersion)!, at: v.time },
          asOfNow,
          headStartMs * 1000,
        )
      })
      return reply.send({ notice: notice.toLowerCase(), agency, versions: views })
    }),
  )
}

/** Reads each registry under which one of the versions was logged, once. */
const registriesOf = async (
  pool: Pool,
  versions: readonly TracedVersion[],
): Promise<Map<number, Registry>> => {
  const wanted = [...new Set(versions.map((v) => v.registryVersion))]
  return new Map(
    await Promise.all(
      wanted.map(async (version) => [version, await loadRegistry(pool, version)] as const),
    ),
  )
}
