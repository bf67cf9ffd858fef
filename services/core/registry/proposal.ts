import type { Refusal } from '../refusal.ts'
import type { Micros } from './registry.ts'
import { isUrgent, type RegistryAction } from './action.ts'

/** Who acts. A person of the hub counts towards the two; a person of an NCB does not. */
export type Person = { readonly who: string; readonly ofHub: boolean }

export type ProposalDecision = {
  readonly verdict: 'approved' | 'rejected'
  readonly who: string
  readonly at: Micros
  readonly why: string
}

/**
 * One action that waits for a second person, or has been decided. It is never edited: decisions are
 * added.
 */
export type Proposal = {
  readonly id: number
  readonly action: RegistryAction
  readonly participant: string
  readonly proposedBy: Person
  readonly at: Micros
  readonly why: string
  /** The time until which it must be decided. */
  readonly expires: Micros
  /** The registry version for which it was made. */
  readonly registryVersion: number
  /** The registry version that it made, once it is in force. */
  readonly inForceSince: number | null
  readonly decisions: readonly ProposalDecision[]
}

/**
 * `unconfirmed`: in force by one person, and not yet confirmed by a second. `overdue`: not
 * confirmed in time. It stays in force.
 */
const proposalStates = [
  'open',
  'unconfirmed',
  'overdue',
  'approved',
  'rejected',
  'expired',
] as const
export type ProposalState = (typeof proposalStates)[number]

/**
 * Whether the persons it needs agree: two persons of the hub. For an urgent action: the person who
 * did it, whoever that was, and one person of the hub.
 */
export const isAgreed = ({
  action,
  proposedBy,
  decisions,
}: Pick<Proposal, 'action' | 'proposedBy' | 'decisions'>): boolean => {
  const approving = decisions.filter((d) => d.verdict === 'approved').map((d) => d.who)
  const counted = new Set(
    proposedBy.ofHub || isUrgent(action) ? [proposedBy.who, ...approving] : approving,
  )
  return counted.size >= 2
}

export const stateOf = (p: Proposal, now: Micros): ProposalState => {
  if (p.decisions.some((d) => d.verdict === 'rejected')) return 'rejected'
  if (isAgreed(p)) return 'approved'
  const late = now >= p.expires
  if (isUrgent(p.action)) return late ? 'overdue' : 'unconfirmed'
  return late ? 'expired' : 'open'
}

/** Why this person may not decide it now. */
export const mayNotDecide = (p: Proposal, who: string, now: Micros): Refusal | undefined => {
  const state = stateOf(p, now)
  if (state === 'approved' || state === 'rejected')
    return { code: 'proposal/decided', detail: state }
  if (p.proposedBy.who === who || p.decisions.some((d) => d.who === who))
    return { code: 'proposal/same-person' }
  return state === 'expired' ? { code: 'proposal/expired' } : undefined
}
