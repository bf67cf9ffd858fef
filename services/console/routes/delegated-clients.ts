import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { refuse, type Checked } from '#core/refusal.ts'
import { setOwnClient, setOwnClientStanding, type ClientPath } from '#core/registry/delegated.ts'
import type { Registry } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import { clientView } from '../views/participant.ts'
import { changeOwn, clientPathOf, disagrees, guardNcb, standings } from './delegated.ts'
import {
  answeredClient,
  ownBodies,
  clientParams,
  clientPath,
  readClient,
  ownSchemaOf,
  type ClientBody,
} from './delegated-schema.ts'
import { readWhy, whyBody } from './body.ts'
import type { Guard } from './guarded.ts'
import type { Administration } from './proposing.ts'

const putSchema = ownSchemaOf(
  'Make a client of an agency, or set its purpose or keys',
  clientParams,
  ownBodies.client,
  answeredClient,
  ' Without keys it is given a secret.',
)
const secretSchema = ownSchemaOf(
  'Give a client another secret',
  clientParams,
  whyBody,
  answeredClient,
  ' The one before opens nothing from then on.',
)

/** PUT of a client of an NCB's agency, POST …/secret, …/suspend and …/reinstate. */
export const addOwnClientRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const forNcb = guardNcb(guard)
  app.put(
    clientPath,
    { schema: putSchema },
    forNcb(readClient, async ({ request, reply, operator, body }) => {
      const path = clientPathOf(request, operator)
      if (disagrees(body.id, path.client) || disagrees(body.agency, path.agency))
        return problem(reply, { code: 'registry/path-mismatch' })
      const made = body.jwks === undefined ? await newSecret() : undefined
      let isNew = false
      const registry = await changeOwn(deps, operator, body.why, (held) => {
        isNew = made !== undefined && !held.clients.has(path.client)
        return setOwnClient(path, clientOf(body, isNew ? made!.hash : undefined), held)
      })
      return answer(reply, registry, path, isNew ? made!.secret : undefined)
    }),
  )
  app.post(
    `${clientPath}/secret`,
    { schema: secretSchema },
    forNcb(readWhy, async ({ request, reply, operator, body }) => {
      const path = clientPathOf(request, operator)
      const made = await newSecret()
      const registry = await changeOwn(deps, operator, body.why, (held) => {
        const purpose = held.clients.get(path.client)?.purpose
        return purpose === undefined
          ? refuse('request/not-found')
          : setOwnClient(path, { purpose, secretHash: made.hash }, held)
      })
      return answer(reply, registry, path, made.secret)
    }),
  )
  for (const [step, status, says] of standings)
    app.post(
      `${clientPath}/${step}`,
      { schema: ownSchemaOf(`${says} a client`, clientParams, whyBody, answeredClient) },
      forNcb(readWhy, async ({ request, reply, operator, body }) => {
        const path = clientPathOf(request, operator)
        const changed = await changeOwn(deps, operator, body.why, (registry) =>
          setOwnClientStanding(path, status, registry),
        )
        return answer(reply, changed, path)
      }),
    )
}

const clientOf = ({ purpose, jwks }: ClientBody, secretHash: string | undefined) => ({
  purpose,
  ...(jwks !== undefined && { jwks }),
  ...(secretHash !== undefined && { secretHash }),
})

const answer = (
  reply: FastifyReply,
  registry: Checked<Registry>,
  { client }: ClientPath,
  clientSecret?: string,
): FastifyReply =>
  registry.ok
    ? reply.send({
        client: clientView(registry.value.clients.get(client)!),
        ...(clientSecret !== undefined && { clientSecret }),
      })
    : problem(reply, registry.refusal)

const newSecret = async (): Promise<{ secret: string; hash: string }> => {
  const secret = randomBytes(32).toString('base64url')
  return { secret, hash: await hashSecret(secret) }
}
