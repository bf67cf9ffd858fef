import { randomBytes } from 'node:crypto'
import { checkProof } from '#core/signing/key-proof.ts'
import { readPublicKey } from '#core/signing/keys.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { keyPurposes, type Key, type KeyPurpose, type Registry } from '#core/registry/registry.ts'
import type { RegistryAction } from '#core/registry/action.ts'
import { formatMicros, parseMicros } from '#core/time.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { insertNonce, useNonce } from '#store/registry/key-nonces.ts'
import { indexAt, loggedByKey } from '#store/registry/logged-by-key.ts'
import { hasRole, type Operator } from '../operators/auth.ts'
import { keyView } from '../views/participant.ts'
import { bodyOf, changeReader } from './body.ts'
import type { Guard } from './guarded.ts'
import { pageOf, readLimit, type PageQuery } from '#runtime/http/paging.ts'
import { keySchema } from './participants.ts'
import { answerProposal, mayPropose, proposed, type Administration } from './proposing.ts'
import {
  bearer,
  integer,
  json,
  list,
  object,
  problems,
  text,
  time,
  timeOrNull,
  uuid,
} from '#runtime/http/schema-parts.ts'
import { name, page } from './schemas.ts'

const kid = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' }
const utc = { ...text, pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$' }
const jws = { ...text, maxLength: 4096 }
const validity = object(
  { from: utc, to: utc },
  {
    additionalProperties: false,
    description:
      'RFC 3339, UTC; without from it begins with the approval, without to it has no end',
  },
)
const owner = {
  ...name,
  description: "The participant's id; an NCB may leave it out. hub for the hub's own",
}

const bodies = {
  nonce: object({ participant: owner }, { additionalProperties: false }),
  enrol: bodyOf(
    {
      participant: owner,
      purpose: { enum: keyPurposes },
      jwk: object({}),
      valid: validity,
      proof: {
        ...jws,
        description:
          'JWS of type key-proof+jwt by the key itself over { nonce, participant, purpose, kid }',
      },
      countersignature: {
        ...jws,
        description:
          "Of a country's notice and witness keys: JWS of type key-countersignature+jwt by a " +
          'key of purpose ncb over { owner, kid, purpose, valid: { from, to } }, null where ' +
          'there is no time',
      },
    },
    ['purpose', 'jwk', 'proof'],
  ),
  revoke: bodyOf(
    {
      reason: {
        enum: ['superseded', 'compromised'],
        description:
          'superseded: another has taken its place; compromised: nothing of it is logged any ' +
          'more, whatever its time',
      },
      suspectedSince: {
        ...utc,
        description: 'Of a compromised key: since when it may have been in other hands',
      },
      overlapHours: {
        type: 'integer',
        minimum: 0,
        maximum: 8760,
        description:
          'Of a superseded key: how long what it has signed may still come in; 168 unless ' +
          'said otherwise',
      },
    },
    ['reason'],
  ),
}
type Enrolment = {
  readonly participant?: string
  readonly purpose: KeyPurpose
  readonly jwk: unknown
  readonly proof: string
  readonly countersignature?: string
  readonly why: string
  readonly valid?: { readonly from?: string; readonly to?: string }
}
type Revocation = {
  readonly reason: 'superseded' | 'compromised'
  readonly suspectedSince?: string
  readonly overlapHours?: number
  readonly why: string
}
const readNonce = changeReader<{ readonly participant?: string }>(bodies.nonce)
const readEnrolment = changeReader<Enrolment>(bodies.enrol)
const readRevocation = changeReader<Revocation>(bodies.revoke)

const params = object({ kid }, { required: ['kid'] })
const logged = object({
  index: integer,
  time,
  id: uuid,
  version: integer,
  status: text,
  kind: text,
  digest: text,
})
const who = 'Role operator, or ncb for its own.'
const schemas = {
  nonce: {
    summary: 'A nonce to prove the possession of a key with',
    description: `Good once, within 10 minutes, for this participant. ${who}`,
    security: bearer,
    body: bodies.nonce,
    response: {
      201: json('The nonce', object({ nonce: text, participant: text, expires: time })),
      ...problems,
    },
  },
  enrol: {
    summary: 'Enrol a key',
    description:
      'In force when two persons of the hub agree; whoever ' +
      `of the hub proposes is one of them. ${who}`,
    security: bearer,
    body: bodies.enrol,
    response: { ...proposed, ...problems },
  },
  revoke: {
    summary: 'Revoke a key',
    description:
      'compromised is in force at once, within 5 seconds everywhere, and is ' +
      `confirmed by a person of the hub; superseded takes two. ${who}`,
    security: bearer,
    params,
    body: bodies.revoke,
    response: { ...proposed, ...problems },
  },
  list: {
    summary: 'The keys, in the order of their kids',
    description: 'Role viewer, or ncb for its own.',
    security: bearer,
    querystring: object(
      {
        after: text,
        limit: text,
        owner: name,
        purpose: { enum: keyPurposes },
        status: { enum: ['active', 'superseded', 'compromised'] },
      },
      { additionalProperties: false },
    ),
    response: {
      200: json('A page', object({ keys: list(keySchema), registryVersion: integer, ...page })),
      ...problems,
    },
  },
  one: {
    summary: 'One key, with its countersignature',
    description: 'Role viewer, or ncb for its own.',
    security: bearer,
    params,
    response: { 200: json('The key', keySchema), ...problems },
  },
  logged: {
    summary: 'What was logged with signatures of a key',
    description:
      'Oldest first; without since, from when the key may have been in other hands, else ' +
      `all. A page scans a bounded stretch and may be short before the end. ${who}`,
    security: bearer,
    params,
    querystring: object(
      { since: utc, after: { ...text, pattern: '^\\d{1,15}$' }, limit: text },
      { additionalProperties: false },
    ),
    response: {
      200: json('A page', object({ since: timeOrNull, notices: list(logged), ...page })),
      ...problems,
    },
  },
}

const nonceLifeMicros = 10 * 60 * 1_000_000
const defaultOverlapHours = 168

/**
 * POST /v1/keys/nonce, GET and POST /v1/keys, GET /v1/keys/{kid}, POST /v1/keys/{kid}/revoke, GET
 * /v1/keys/{kid}/logged
 */
export const addKeyRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const { pool, registry, now } = deps
  app.post(
    '/v1/keys/nonce',
    { schema: schemas.nonce },
    guard('ncb', async (request, reply, operator) => {
      const read = readNonce(request)
      if (!read.ok) return problem(reply, read.refusal)
      const participant = read.value.participant ?? operator.participant
      const allowed = mayPropose(operator, participant)
      if (!allowed.ok) return problem(reply, allowed.refusal)
      if (participant !== 'hub' && !registry().participants.has(participant ?? ''))
        return problem(reply, {
          code: 'registry/unknown-name',
          detail: participant ?? 'participant is missing',
        })
      const [nonce, expires] = [randomBytes(32).toString('base64url'), now() + nonceLifeMicros]
      const kept = await insertNonce(pool, {
        nonce,
        participant: participant ?? '',
        expires,
        now: now(),
      })
      return kept.ok
        ? reply.code(201).send({ nonce, participant, expires: formatMicros(expires) })
        : problem(reply, kept.refusal)
    }),
  )

  app.post(
    '/v1/keys',
    { schema: schemas.enrol },
    guard('ncb', async (request, reply, operator) => {
      const read = readEnrolment(request)
      if (!read.ok) return problem(reply, read.refusal)
      const owner = read.value.participant ?? operator.participant ?? ''
      const allowed = mayPropose(operator, owner)
      if (!allowed.ok) return problem(reply, allowed.refusal)
      const proven = provenKey(read.value, owner)
      if (!proven.ok) return problem(reply, proven.refusal)
      const { action, nonce } = proven.value
      return answerProposal(reply, deps, operator, {
        action,
        why: read.value.why,
        within: (client) => useNonce(client, { nonce, participant: owner, now: now() }),
      })
    }),
  )

  app.post(
    '/v1/keys/:kid/revoke',
    { schema: schemas.revoke },
    guard('ncb', async (request, reply, operator) => {
      const read = readRevocation(request)
      if (!read.ok) return problem(reply, read.refusal)
      const found = ownKey(request.params, operator, registry())
      const allowed = found.ok ? mayPropose(operator, found.value.owner) : found
      if (!found.ok || !allowed.ok)
        return problem(reply, allowed.ok ? { code: 'request/not-found' } : allowed.refusal)
      const { reason, suspectedSince, overlapHours = defaultOverlapHours, why } = read.value
      const since = suspectedSince === undefined ? undefined : parseMicros(suspectedSince)
      return answerProposal(reply, deps, operator, {
        why,
        action: {
          action: 'revoke-key',
          kid: found.value.kid,
          reason,
          ...(reason === 'superseded'
            ? { overlapMs: overlapHours * 3600_000 }
            : since !== undefined && { suspectedSince: since }),
        },
      })
    }),
  )

  app.get(
    '/v1/keys',
    { schema: schemas.list },
    guard('ncb', async (request, reply, operator) => {
      const {
        after = '',
        owner,
        purpose,
        status,
        ...query
      } = request.query as PageQuery & { owner?: string; purpose?: string; status?: string }
      const limit = readLimit(query)
      if (!limit.ok) return problem(reply, limit.refusal)
      const current = registry()
      const matching = [...current.keys.values()].filter(
        (k) =>
          isOwn(k, operator) &&
          [
            [owner, k.owner],
            [purpose, k.purpose],
            [status, k.status],
          ].every(([wanted, is]) => wanted === undefined || wanted === is),
      )
      const following = matching
        .filter((k) => k.kid > after)
        .sort((a, b) => (a.kid < b.kid ? -1 : 1))
      const { page, next, end } = pageOf(following, limit.value, (last) => last.kid, after)
      return reply.send({
        keys: page.map((k) => keyView(k, now())),
        registryVersion: current.version,
        next,
        end,
      })
    }),
  )

  app.get(
    '/v1/keys/:kid',
    { schema: schemas.one },
    guard('ncb', async (request, reply, operator) => {
      const found = ownKey(request.params, operator, registry())
      return found.ok ? reply.send(keyView(found.value, now())) : problem(reply, found.refusal)
    }),
  )

  app.get(
    '/v1/keys/:kid/logged',
    { schema: schemas.logged },
    guard('ncb', async (request, reply, operator) => {
      const query = request.query as PageQuery & { since?: string }
      const found = ownKey(request.params, operator, registry())
      const limit = readLimit(query)
      if (operator.participant === undefined && !hasRole(operator, 'operator'))
        return problem(reply, { code: 'auth/role', detail: 'operator' })
      if (!found.ok) return problem(reply, found.refusal)
      if (!limit.ok) return problem(reply, limit.refusal)
      const since =
        query.since === undefined ? found.value.suspectedSince : parseMicros(query.since)
      const from =
        query.after === undefined
          ? since === undefined
            ? 0
            : await indexAt(pool, since)
          : Number(query.after)
      const { entries, next, end } = await loggedByKey(pool, {
        issuer: found.value.owner,
        kid: found.value.kid,
        from,
        limit: limit.value,
      })
      return reply.send({
        since: since === undefined ? null : formatMicros(since),
        notices: entries.map((e) => ({ ...e, time: formatMicros(e.time) })),
        next: String(next),
        end,
      })
    }),
  )
}

/** A key by the kid of the path; an NCB finds its own only. */
const ownKey = (params: unknown, operator: Operator, registry: Registry): Checked<Key> => {
  const key = registry.keys.get((params as { kid: string }).kid)
  return key !== undefined && isOwn(key, operator) ? accept(key) : refuse('request/not-found')
}

const isOwn = ({ owner }: Key, { participant }: Operator): boolean =>
  participant === undefined || participant === owner

/** The key itself is read, its times, then the proof by it. */
const provenKey = (
  { purpose, jwk, valid, proof, countersignature }: Enrolment,
  owner: string,
): Checked<{ action: RegistryAction; nonce: string }> => {
  const read = readPublicKey(jwk)
  if (!read.ok) return refuse(read.refusal.code, `/jwk${read.refusal.pointer ?? ''}`)
  const [from, to] = [valid?.from, valid?.to].map((t) =>
    t === undefined ? undefined : parseMicros(t),
  )
  if (
    (valid?.from !== undefined && from === undefined) ||
    (valid?.to !== undefined && to === undefined)
  )
    return refuse('key/bad-validity', '/valid')
  const nonce = checkProof(proof, read.value, { participant: owner, purpose })
  if (!nonce.ok) return refuse(nonce.refusal.code, '/proof')
  return accept({
    nonce: nonce.value,
    action: {
      action: 'enrol-key',
      owner,
      purpose,
      jwk: read.value,
      valid: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
      ...(countersignature !== undefined && { countersignature }),
    },
  })
}
