import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { RegistryAction } from '#core/registry/action.ts'
import type { Key } from '#core/registry/registry.ts'
import { checkProof } from '#core/signing/key-proof.ts'
import { readPublicKey } from '#core/signing/keys.ts'
import { formatMicros, parseMicros } from '#core/time.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { insertNonce, useNonce } from '#store/registry/key-nonces.ts'
import type { Operator } from '../operators/auth.ts'
import type { Guard } from './guarded.ts'
import { ownKey } from './keys.ts'
import {
  readEnrolment,
  readNonce,
  readRevocation,
  schemas,
  type EnrolmentBody,
  type KeyRevocation,
} from './keys-schema.ts'
import { answerProposal, mayPropose, type Administration } from './proposing.ts'

const nonceLifeMicros = 10 * 60 * 1_000_000
const defaultOverlapHours = 168

/** POST /v1/keys/nonce, POST /v1/keys, POST /v1/keys/{kid}/revoke */
export const addKeyChangeRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const as = (handle: typeof answerNonce) =>
    guard('ncb', (request, reply, operator) => handle(request, reply, operator, deps))
  app.post('/v1/keys/nonce', { schema: schemas.nonce }, as(answerNonce))
  app.post('/v1/keys', { schema: schemas.enrol }, as(enrol))
  app.post('/v1/keys/:kid/revoke', { schema: schemas.revoke }, as(revoke))
}

const answerNonce = async (
  request: FastifyRequest,
  reply: FastifyReply,
  operator: Operator,
  { pool, registry, now }: Administration,
): Promise<unknown> => {
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
  const given = { nonce, participant: participant ?? '', expires, now: now() }
  const kept = await insertNonce(pool, given)
  return kept.ok
    ? reply.code(201).send({ nonce, participant, expires: formatMicros(expires) })
    : problem(reply, kept.refusal)
}

const enrol = async (
  request: FastifyRequest,
  reply: FastifyReply,
  operator: Operator,
  deps: Administration,
): Promise<unknown> => {
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
    within: (client) => useNonce(client, { nonce, participant: owner, now: deps.now() }),
  })
}

const revoke = async (
  request: FastifyRequest,
  reply: FastifyReply,
  operator: Operator,
  deps: Administration,
): Promise<unknown> => {
  const read = readRevocation(request)
  if (!read.ok) return problem(reply, read.refusal)
  const found = ownKey(request.params, operator, deps.registry())
  if (!found.ok) return problem(reply, found.refusal)
  const allowed = mayPropose(operator, found.value.owner)
  if (!allowed.ok) return problem(reply, allowed.refusal)
  const action = revocationOf(found.value, read.value)
  return answerProposal(reply, deps, operator, { why: read.value.why, action })
}

const revocationOf = (
  { kid }: Key,
  { reason, suspectedSince, overlapHours = defaultOverlapHours }: KeyRevocation,
): RegistryAction => {
  const since = suspectedSince === undefined ? undefined : parseMicros(suspectedSince)
  return {
    action: 'revoke-key',
    kid,
    reason,
    ...(reason === 'superseded'
      ? { overlapMs: overlapHours * 3600_000 }
      : since !== undefined && { suspectedSince: since }),
  }
}

/** Reads the key, then its times, then the proof by it. */
const provenKey = (
  { purpose, jwk, valid, proof, countersignature }: EnrolmentBody,
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
