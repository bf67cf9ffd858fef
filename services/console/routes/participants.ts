import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Registry } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { listedParticipant, maySeeAll, participantView } from '../views/participant.ts'
import type { Guard } from './guarded.ts'
import { pageOf, readLimit, type PageQuery } from '#runtime/http/paging.ts'
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
  timeOrNull,
} from '#runtime/http/schema-parts.ts'
import { name, page } from './schemas.ts'

const interval = object({ from: time, to: timeOrNull })
const standing = { enum: ['active', 'suspended'] }
export const clientSchema = object({
  id: text,
  purpose: text,
  status: standing,
  authentication: list(text),
})
export const agencySchema = object({
  id: text,
  name: text,
  status: standing,
  rights: list(text),
  purposes: list(text),
  roles: list(text),
  clients: list(clientSchema),
})
export const keySchema = object({
  kid: text,
  owner: text,
  purpose: text,
  status: { enum: ['active', 'superseded', 'compromised'] },
  valid: interval,
  endsSoon: { type: 'boolean', description: 'Within 30 days' },
  suspectedSince: timeOrNull,
  countersignature: {
    ...textOrNull,
    description: "Its NCB's JWS over owner, kid, purpose and validity",
  },
  jwk: object({}),
})
const grant = object(
  { rights: list(text), purposes: list(text) },
  { description: 'The most its NCB may give to its agencies' },
)
const participant = object(
  {
    id: text,
    type: { enum: ['member', 'dialogue-partner', 'corporate-partner'] },
    name: text,
    status: standing,
    attachedTo: textOrNull,
    admitted: list(interval),
    grant,
    agencies: list(agencySchema),
    keys: list(keySchema),
    groups: list(text),
  },
  { required: ['id', 'type', 'name'] },
)

const asOf = {
  ...text,
  pattern: '^\\d{1,15}$',
  description: 'As it was at this version of the registry',
}
const description =
  'An NCB sees its own side in full, the corporate partners attached to it included, and of ' +
  'the others id, type and name. Role viewer, or ncb.'
const schemas = {
  list: {
    summary: 'The participants, in the order of their ids',
    description,
    security: bearer,
    querystring: object(
      { after: text, limit: text, version: asOf },
      { additionalProperties: false },
    ),
    response: {
      200: json(
        'A page',
        object({ participants: list(participant), registryVersion: integer, ...page }),
      ),
      ...problems,
    },
  },
  one: {
    summary: 'One participant, with its agencies and keys',
    description,
    security: bearer,
    params: object({ id: name }, { required: ['id'] }),
    querystring: object({ version: asOf }, { additionalProperties: false }),
    response: { 200: json('The participant', participant), ...problems },
  },
}

/** GET /v1/participants and /v1/participants/{id}, each as of any version */
export const addParticipantRoutes = (
  app: Http,
  guard: Guard,
  { pool, registry: current, now }: Pick<Administration, 'pool' | 'registry' | 'now'>,
): void => {
  const registryAt = async ({ version }: { version?: string }): Promise<Checked<Registry>> => {
    if (version === undefined) return accept(current())
    return Number(version) > current().version
      ? refuse('registry/no-such-version')
      : accept(await loadRegistry(pool, Number(version)))
  }

  app.get(
    '/v1/participants',
    { schema: schemas.list },
    guard('ncb', async (request, reply, operator) => {
      const { after = '', ...query } = request.query as PageQuery & { version?: string }
      const limit = readLimit(query)
      if (!limit.ok) return problem(reply, limit.refusal)
      const read = await registryAt(query)
      if (!read.ok) return problem(reply, read.refusal)
      const registry = read.value
      const following = [...registry.participants.values()]
        .filter((p) => p.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      const { page, next, end } = pageOf(following, limit.value, (last) => last.id, after)
      return reply.send({
        participants: page.map((p) => listedParticipant(p, registry, operator, now())),
        registryVersion: registry.version,
        next,
        end,
      })
    }),
  )

  app.get(
    '/v1/participants/:id',
    { schema: schemas.one },
    guard('ncb', async (request, reply, operator) => {
      const { id } = request.params as { id: string }
      const read = await registryAt(request.query as { version?: string })
      if (!read.ok) return problem(reply, read.refusal)
      const found = read.value.participants.get(id)
      if (found === undefined || !maySeeAll(operator, id, read.value))
        return problem(reply, { code: 'request/not-found' })
      return reply.send(participantView(found, read.value, now()))
    }),
  )
}
