import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import type { RegistryChange } from '#core/registry/change.ts'
import type { AgencyPath, ClientPath } from '#core/registry/delegated.ts'
import type { Registry } from '#core/registry/registry.ts'
import { problem } from '#runtime/http/problem.ts'
import { changeChecked } from '#store/registry/registry.ts'
import { personOf, type Operator } from '../operators/auth.ts'
import type { Guard } from './guarded.ts'
import type { Administration } from './proposing.ts'

/** Makes an NCB's change of its own rows at once. Resolves with the registry after it. */
export const changeOwn = async (
  { pool, reach, now }: Administration,
  operator: Operator,
  why: string,
  decide: (registry: Registry) => Checked<readonly RegistryChange[]>,
): Promise<Checked<Registry>> => {
  const changed = await changeChecked(pool, { who: personOf(operator).who, why }, now, decide)
  if (!changed.ok) return changed
  await reach(changed.value.after.version)
  return { ok: true, value: changed.value.after }
}

export type Handling<B> = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly operator: Operator
  readonly body: B
}

/**
 * The NCB of the participant alone, whatever role of the hub a person has: the hub sets nobody's
 * agencies.
 */
export const guardNcb =
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

export const agencyPathOf = (
  { params }: FastifyRequest,
  { participant = '' }: Operator,
): AgencyPath => {
  const { id, agency } = params as { id: string; agency: string }
  return { ncb: participant, participant: id, agency }
}
export const clientPathOf = (request: FastifyRequest, operator: Operator): ClientPath => ({
  ...agencyPathOf(request, operator),
  client: (request.params as { client: string }).client,
})

/** Whether a body names another id than the path. */
export const disagrees = (given: string | undefined, path: string): boolean =>
  given !== undefined && given !== path

/** How a standing is changed: the last part of the path, and the standing that it sets. */
export const standings = [
  ['suspend', 'suspended', 'Stop'],
  ['reinstate', 'active', 'End the suspension of'],
] as const
