import type { Registry } from '#core/registry.ts'
import type { Http } from '#runtime/http.ts'
import { problem } from '#runtime/problem.ts'
import { listedParticipant, maySeeAll, participantView } from '../participant-view.ts'
import type { Guard } from './guarded.ts'
import { pageOf, readLimit, type PageQuery } from './paging.ts'
import { bearer, integer, json, list, name, object, page, problems, text, textOrNull, time, timeOrNull } from './schemas.ts'

const interval = object({ from: time, to: timeOrNull })
const standing = { enum: ['active', 'suspended'] }
const client = object({ id: text, purpose: text, status: standing, authentication: list(text) })
const agency = object({ id: text, name: text, status: standing, rights: list(text), purposes: list(text), roles: list(text), clients: list(client) })
const key = object({ kid: text, purpose: text, status: { enum: ['active', 'superseded', 'compromised'] }, valid: interval, jwk: object({}) })
const participant = object({
  id: text, type: { enum: ['member', 'dialogue-partner', 'corporate-partner'] }, name: text, status: standing, attachedTo: textOrNull,
  admitted: list(interval), agencies: list(agency), keys: list(key), groups: list(text),
}, { required: ['id', 'type', 'name'] })

const description = 'An NCB sees its own side in full, and of the others id, type and name. Role viewer, or ncb.'
const schemas = {
  list: {
    summary: 'The participants, in the order of their ids', description, security: bearer,
    querystring: object({ after: text, limit: text }, { additionalProperties: false }),
    response: { 200: json('A page', object({ participants: list(participant), registryVersion: integer, ...page })), ...problems },
  },
  one: {
    summary: 'One participant, with its agencies and keys', description, security: bearer,
    params: object({ id: name }, { required: ['id'] }), response: { 200: json('The participant', participant), ...problems },
  },
}

/** GET /v1/participants and /v1/participants/{id} */
export const addParticipantRoutes = (app: Http, guard: Guard, current: () => Registry): void => {
  app.get('/v1/participants', { schema: schemas.list }, guard('ncb', async (request, reply, operator) => {
    const { after = '', ...query } = request.query as PageQuery
    const limit = readLimit(query)
    if (!limit.ok) return problem(reply, limit.refusal)
    const registry = current()
    const following = [...registry.participants.values()].filter((p) => p.id > after).sort((a, b) => (a.id < b.id ? -1 : 1))
    const { page, next, end } = pageOf(following, limit.value, (last) => last.id, after)
    return reply.send({ participants: page.map((p) => listedParticipant(p, registry, operator)), registryVersion: registry.version, next, end })
  }))

  app.get('/v1/participants/:id', { schema: schemas.one }, guard('ncb', async (request, reply, operator) => {
    const { id } = request.params as { id: string }
    const registry = current()
    const found = registry.participants.get(id)
    if (found === undefined || !maySeeAll(operator, id)) return problem(reply, { code: 'request/not-found' })
    return reply.send(participantView(found, registry))
  }))
}
