import type { FastifyReply } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import { setOwnAgency, setOwnAgencyStanding, type AgencyPath } from '#core/registry/delegated.ts'
import type { Registry } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { agencyView } from '../views/participant.ts'
import { agencyPathOf, changeOwn, disagrees, guardNcb, standings } from './delegated.ts'
import { agencyParams, agencyPath, ownBodies, readAgency, ownSchemaOf } from './delegated-schema.ts'
import { readWhy, whyBody } from './body.ts'
import type { Guard } from './guarded.ts'
import { agencySchema } from './participants.ts'
import type { Administration } from './proposing.ts'

const putSchema = ownSchemaOf(
  'Admit an agency, or set what it may do',
  agencyParams,
  ownBodies.agency,
  agencySchema,
  ' No more than the hub has granted the participant.',
)

/** PUT of an agency of an NCB, POST …/suspend and …/reinstate. */
export const addOwnAgencyRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const forNcb = guardNcb(guard)
  app.put(
    agencyPath,
    { schema: putSchema },
    forNcb(readAgency, async ({ request, reply, operator, body }) => {
      const path = agencyPathOf(request, operator)
      if (disagrees(body.id, path.agency) || disagrees(body.participant, path.participant))
        return problem(reply, { code: 'registry/path-mismatch' })
      const { why, roles = [], ...agency } = body
      const changed = await changeOwn(deps, operator, why, (registry) =>
        setOwnAgency(path, { ...agency, roles }, registry),
      )
      return answer(reply, changed, path)
    }),
  )
  for (const [step, status, says] of standings)
    app.post(
      `${agencyPath}/${step}`,
      { schema: ownSchemaOf(`${says} an agency`, agencyParams, whyBody, agencySchema) },
      forNcb(readWhy, async ({ request, reply, operator, body }) => {
        const path = agencyPathOf(request, operator)
        const changed = await changeOwn(deps, operator, body.why, (registry) =>
          setOwnAgencyStanding(path, status, registry),
        )
        return answer(reply, changed, path)
      }),
    )
}

const answer = (
  reply: FastifyReply,
  registry: Checked<Registry>,
  { agency }: AgencyPath,
): FastifyReply =>
  registry.ok
    ? reply.send(agencyView(registry.value.agencies.get(agency)!, registry.value))
    : problem(reply, registry.refusal)
