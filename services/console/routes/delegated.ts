import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuse, type Checked } from '#core/refusal.ts'
import {
  agencyRoles,
  purposes,
  type Agency,
  type Purpose,
  type Registry,
} from '#core/registry/registry.ts'
import type { RegistryChange } from '#core/registry/change.ts'
import {
  setOwnAgency,
  setOwnAgencyStanding,
  setOwnClient,
  setOwnClientStanding,
  type AgencyPath,
  type ClientPath,
} from '#core/registry/delegated.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { changeChecked } from '#store/registry/registry.ts'
import { personOf, type Operator } from '../operators/auth.ts'
import { agencyView, clientView } from '../views/participant.ts'
import { bodyOf, changeReader } from './body.ts'
import type { Guard } from './guarded.ts'
import { purposesSet, rightsSet } from './participant-changes.ts'
import { agencySchema, clientSchema } from './participants.ts'
import type { Administration } from './proposing.ts'
import { bearer, json, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import { name } from './schemas.ts'

type AgencyBody = Pick<Agency, 'name' | 'rights' | 'purposes'> & {
  readonly roles?: Agency['roles']
  readonly id?: string
  readonly participant?: string
  readonly why: string
}
type ClientBody = {
  readonly purpose: Purpose
  readonly jwks?: readonly object[]
  readonly id?: string
  readonly agency?: string
  readonly why: string
}

const same = { ...name, description: 'As in the path, or left out' }
const publicJwk = object(
  { kty: text, d: false, k: false, p: false, q: false },
  { required: ['kty'] },
)
const bodies = {
  agency: bodyOf(
    {
      id: same,
      participant: same,
      name: { ...text, minLength: 1, maxLength: 200 },
      rights: rightsSet,
      purposes: purposesSet,
      roles: { ...list({ type: 'string', enum: agencyRoles }), uniqueItems: true },
    },
    ['name', 'rights', 'purposes'],
  ),
  client: bodyOf(
    {
      id: same,
      agency: same,
      purpose: { enum: purposes },
      jwks: {
        ...list(publicJwk),
        minItems: 1,
        maxItems: 10,
        description: 'Public keys for private_key_jwt (RFC 7523), instead of a secret',
      },
    },
    ['purpose'],
  ),
  why: bodyOf({}, []),
}
const readAgency = changeReader<AgencyBody>(bodies.agency)
const readClient = changeReader<ClientBody>(bodies.client)
const readWhy = changeReader<{ why: string }>(bodies.why)

const agencyParams = object({ id: name, agency: name }, { required: ['id', 'agency'] })
const clientParams = object(
  { id: name, agency: name, client: name },
  { required: ['id', 'agency', 'client'] },
)
const answeredClient = object(
  {
    client: clientSchema,
    clientSecret: {
      ...text,
      description: 'Only when it has just been made: it is kept nowhere and cannot be shown again',
    },
  },
  { required: ['client'] },
)
const alone =
  'Its NCB decides alone: role ncb of this participant, or of the member that a corporate ' +
  'partner is attached to. Within 5 seconds everywhere.'
const schemaOf = (
  summary: string,
  params: object,
  body: object,
  answer: object,
  more = '',
): object => ({
  summary,
  description: `${alone}${more}`,
  security: bearer,
  params,
  body,
  response: { 200: json('As it is now', answer), ...problems },
})

const agencyPath = '/v1/participants/:id/agencies/:agency'
const clientPath = `${agencyPath}/clients/:client`

/** PUT, POST …/suspend and …/reinstate of an agency and of a client; POST …/secret of a client. */
export const addDelegatedRoutes = (
  app: Http,
  guard: Guard,
  { pool, reach }: Administration,
): void => {
  const change = async (
    operator: Operator,
    why: string,
    decide: (registry: Registry) => Checked<readonly RegistryChange[]>,
  ): Promise<Checked<Registry>> => {
    const changed = await changeChecked(pool, { who: personOf(operator).who, why }, decide)
    if (!changed.ok) return changed
    await reach(changed.value.after.version)
    return { ok: true, value: changed.value.after }
  }
  const forNcb = guardNcb(guard)
  const answerAgency = (
    reply: FastifyReply,
    registry: Checked<Registry>,
    { agency }: AgencyPath,
  ): FastifyReply =>
    registry.ok
      ? reply.send(agencyView(registry.value.agencies.get(agency)!, registry.value))
      : problem(reply, registry.refusal)
  const answerClient = (
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

  app.put(
    agencyPath,
    {
      schema: schemaOf(
        'Admit an agency, or set what it may do',
        agencyParams,
        bodies.agency,
        agencySchema,
        ' No more than the hub has granted the participant.',
      ),
    },
    forNcb(readAgency, async ({ request, reply, operator, body }) => {
      const path = agencyPathOf(request, operator)
      if (disagrees(body.id, path.agency) || disagrees(body.participant, path.participant))
        return problem(reply, { code: 'registry/path-mismatch' })
      const { why, roles = [], ...agency } = body
      return answerAgency(
        reply,
        await change(operator, why, (registry) =>
          setOwnAgency(path, { ...agency, roles }, registry),
        ),
        path,
      )
    }),
  )

  app.put(
    clientPath,
    {
      schema: schemaOf(
        'Make a client of an agency, or set its purpose or keys',
        clientParams,
        bodies.client,
        answeredClient,
        ' Without keys it is given a secret.',
      ),
    },
    forNcb(readClient, async ({ request, reply, operator, body }) => {
      const path = clientPathOf(request, operator)
      if (disagrees(body.id, path.client) || disagrees(body.agency, path.agency))
        return problem(reply, { code: 'registry/path-mismatch' })
      const made = body.jwks === undefined ? await newSecret() : undefined
      let isNew = false
      const registry = await change(operator, body.why, (held) => {
        isNew = made !== undefined && !held.clients.has(path.client)
        return setOwnClient(
          path,
          {
            purpose: body.purpose,
            ...(body.jwks !== undefined && { jwks: body.jwks }),
            ...(isNew && { secretHash: made!.hash }),
          },
          held,
        )
      })
      return answerClient(reply, registry, path, isNew ? made!.secret : undefined)
    }),
  )

  app.post(
    `${clientPath}/secret`,
    {
      schema: schemaOf(
        'Give a client another secret',
        clientParams,
        bodies.why,
        answeredClient,
        ' The one before opens nothing from then on.',
      ),
    },
    forNcb(readWhy, async ({ request, reply, operator, body }) => {
      const path = clientPathOf(request, operator)
      const made = await newSecret()
      const registry = await change(operator, body.why, (held) => {
        const purpose = held.clients.get(path.client)?.purpose
        return purpose === undefined
          ? refuse('request/not-found')
          : setOwnClient(path, { purpose, secretHash: made.hash }, held)
      })
      return answerClient(reply, registry, path, made.secret)
    }),
  )

  for (const [step, status] of [
    ['suspend', 'suspended'],
    ['reinstate', 'active'],
  ] as const) {
    const says = step === 'suspend' ? 'Stop' : 'End the suspension of'
    app.post(
      `${agencyPath}/${step}`,
      { schema: schemaOf(`${says} an agency`, agencyParams, bodies.why, agencySchema) },
      forNcb(readWhy, async ({ request, reply, operator, body }) => {
        const path = agencyPathOf(request, operator)
        return answerAgency(
          reply,
          await change(operator, body.why, (registry) =>
            setOwnAgencyStanding(path, status, registry),
          ),
          path,
        )
      }),
    )
    app.post(
      `${clientPath}/${step}`,
      { schema: schemaOf(`${says} a client`, clientParams, bodies.why, answeredClient) },
      forNcb(readWhy, async ({ request, reply, operator, body }) => {
        const path = clientPathOf(request, operator)
        return answerClient(
          reply,
          await change(operator, body.why, (registry) =>
            setOwnClientStanding(path, status, registry),
          ),
          path,
        )
      }),
    )
  }
}

type Handling<B> = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly operator: Operator
  readonly body: B
}

/** Only an NCB, whatever role of the hub one has: the hub sets nobody's agencies. */
const guardNcb =
  (guard: Guard) =>
  <B>(
    read: (request: FastifyRequest) => Checked<B>,
    handle: (handling: Handling<B>) => Promise<unknown>,
  ) =>
    guard('ncb', async (request, reply, operator) => {
      if (operator.participant === undefined)
        return problem(reply, { code: 'auth/role', detail: 'ncb' })
      const body = read(request)
      return body.ok
        ? handle({ request, reply, operator, body: body.value })
        : problem(reply, body.refusal)
    })

const agencyPathOf = ({ params }: FastifyRequest, { participant = '' }: Operator): AgencyPath => {
  const { id, agency } = params as { id: string; agency: string }
  return { ncb: participant, participant: id, agency }
}
const clientPathOf = (request: FastifyRequest, operator: Operator): ClientPath => ({
  ...agencyPathOf(request, operator),
  client: (request.params as { client: string }).client,
})

const disagrees = (given: string | undefined, path: string): boolean =>
  given !== undefined && given !== path

const newSecret = async (): Promise<{ secret: string; hash: string }> => {
  const secret = randomBytes(32).toString('base64url')
  return { secret, hash: await hashSecret(secret) }
}
