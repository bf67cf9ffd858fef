import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { bearer, integer, json, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import type { AuthenticateCaller } from '../keys/auth.ts'
import type { RegistryState } from '../exchange/registry-state.ts'

const moment = { ...text, format: 'date-time' }
const rows = (properties: object) => list(object(properties))

const schema = {
  summary: 'What the hub has on record of this participant',
  security: bearer,
  description:
    'As the hub last said it: its keys, and the newest changes of its own with who, when and ' +
    'why, newest first. Scope `notices:read`.',
  response: {
    200: json(
      'Signed by the hub, kept here',
      object({
        version: integer,
        keys: rows({
          kid: text,
          purpose: text,
          status: { enum: ['active', 'superseded', 'compromised'] },
          valid: object({ from: moment, to: moment }),
          countersignature: text,
        }),
        changes: rows({ version: integer, at: moment, who: text, why: text, kind: text, id: text }),
      }),
    ),
    ...problems,
  },
}

/** GET /v1/registry */
export const addRegistryRoute = (
  app: Http,
  deps: {
    readonly authenticate: AuthenticateCaller
    readonly registry: Pick<RegistryState, 'message'>
  },
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
