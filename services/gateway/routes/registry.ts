import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import type { GatewayDeps } from '../app.ts'
import type { RegistryState } from '../exchange/registry-state.ts'

const text = { type: 'string' }
const time = { ...text, format: 'date-time' }
const list = (properties: object) => ({ type: 'array', items: { type: 'object', properties } })

const schema = {
  summary: 'What the hub has on record of this participant',
  security: [{ bearer: [] }],
  description:
    'As the hub last said it: its keys, and the newest changes of its own with who, when and ' +
    'why, newest first. Scope `notices:read`.',
  response: {
    200: {
      description: 'Signed by the hub, kept here',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              version: { type: 'integer' },
              keys: list({
                kid: text,
                purpose: text,
                status: { enum: ['active', 'superseded', 'compromised'] },
                valid: { type: 'object', properties: { from: time, to: time } },
                countersignature: text,
              }),
              changes: list({
                version: { type: 'integer' },
                at: time,
                who: text,
                why: text,
                kind: text,
                id: text,
              }),
            },
          },
        },
      },
    },
    '4XX': {
      description: 'A problem (RFC 9457)',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
    },
  },
}

/** GET /v1/registry */
export const addRegistryRoute = (
  app: Http,
  deps: Pick<GatewayDeps, 'authenticate'> & { readonly registry: RegistryState },
): void => {
  app.get('/v1/registry', { schema }, async (request, reply) => {
    const caller = await deps.authenticate(request, 'notices:read')
    if (!caller.ok) return problem(reply, caller.refusal)
    const message = deps.registry.message()
    return reply.send({
      version: message?.version ?? 0,
      keys: message?.ownKeys ?? [],
      changes: message?.changes ?? [],
    })
  })
}
