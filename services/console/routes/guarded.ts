import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem } from '#runtime/http/problem.ts'
import type { Bound } from '#runtime/http/request-bound.ts'
import { hasRole, personOf, type AuthenticateOperator, type Operator } from '../operators/auth.ts'

type Handle = (request: FastifyRequest, reply: FastifyReply, operator: Operator) => Promise<unknown>
export type Guard = (
  least: 'ncb' | 'viewer' | 'operator' | 'admin',
  handle: Handle,
) => (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/**
 * A handler for operators of at least this role. `ncb` lets every role in, and the handler checks
 * the participant. It answers nothing while the registry is too old, and refuses a caller who asks
 * too often.
 */
export const guarded =
  (authenticate: AuthenticateOperator, bound: Bound): Guard =>
  (least, handle) =>
  async (request, reply) => {
    const operator = await authenticate(request)
    if (!operator.ok) return problem(reply, operator.refusal)
    const within = await bound(request, personOf(operator.value).who)
    if (!within.ok) return problem(reply, within.refusal)
    const allowed = least === 'ncb' || hasRole(operator.value, least)
    return allowed
      ? handle(request, reply, operator.value)
      : problem(reply, { code: 'auth/role', detail: least })
  }
