import type { FastifyReply } from 'fastify'
import type { Pool } from 'pg'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { propose, type ProposalOutcome, type Proposing } from '#store/registry/proposals.ts'
import { problem } from '#runtime/http/problem.ts'
import { hasRole, personOf, type Operator } from '../operators/auth.ts'
import { proposalView } from '../views/proposal.ts'
import { integer, json, list, object, text, time } from '#runtime/http/schema-parts.ts'

/**
 * What the routes that change the registry need. `reach` waits until this process has a version of
 * the registry.
 */
export type Administration = {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly now: () => Micros
  readonly reach: (version: number) => Promise<void>
}

const decision = object({
  verdict: { enum: ['approved', 'rejected'] },
  who: text,
  at: time,
  why: text,
})
export const proposalSchema = object({
  id: text,
  state: {
    enum: ['open', 'unconfirmed', 'overdue', 'approved', 'rejected', 'expired'],
    description: 'unconfirmed and overdue are in force',
  },
  action: object({ action: text }),
  participant: { ...text, description: 'Whom it concerns, or hub' },
  proposedBy: text,
  proposedAt: time,
  why: text,
  expires: time,
  registryVersion: integer,
  inForceSince: { type: ['integer', 'null'], description: 'The registry version that it made' },
  decisions: list(decision),
})
export const proposed = {
  202: json(
    'Written down. It is in force once another person of the hub approves it; what closes a ' +
      'door is in force already',
    proposalSchema,
  ),
}

/**
 * Who may propose: a person of the hub from role operator on, and an NCB only what concerns its own
 * participant.
 */
export const mayPropose = (operator: Operator, participant: string | undefined): Checked<true> => {
  if (operator.participant !== undefined)
    return operator.participant === participant ? accept(true) : refuse('request/not-found')
  return hasRole(operator, 'operator') ? accept(true) : refuse('auth/role', undefined, 'operator')
}

/** Stores a proposal and answers with it. */
export const answerProposal = async (
  reply: FastifyReply,
  { pool, reach, now }: Administration,
  operator: Operator,
  asked: Omit<Proposing, 'person' | 'now'>,
): Promise<FastifyReply> =>
  answerOutcome(reply, await propose(pool, { ...asked, now, person: personOf(operator) }), 202, {
    reach,
    now,
  })

export const answerOutcome = async (
  reply: FastifyReply,
  outcome: Checked<ProposalOutcome>,
  status: number,
  { reach, now }: Pick<Administration, 'reach' | 'now'>,
): Promise<FastifyReply> => {
  if (!outcome.ok) return problem(reply, outcome.refusal)
  await reach(outcome.value.registryVersion)
  return reply.code(status).send(proposalView(outcome.value.proposal, now()))
}
