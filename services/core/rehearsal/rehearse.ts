import { fittingPurpose } from '../decide/purpose.ts'
import { decide, type Decision, type Marked } from '../decide/decide.ts'
import type {
  Agency,
  Micros,
  Participant,
  ParticipantType,
  Purpose,
  Registry,
} from '../registry/registry.ts'
import { isVictimDesk, isVictimFirst } from '../decide/victim-first.ts'

/**
 * The outcome for one agency. Its H3 conditions count as acknowledged; `decision.conditions` says
 * that they must be.
 */
export type Rehearsed = {
  readonly participant: string
  readonly type: ParticipantType
  readonly agency: string
  /** The purpose with which the agency was tried, if it holds one that the notice allows. */
  readonly purpose: Purpose | undefined
  readonly decision: Decision
  /** The agency is a victim desk that other readers wait for. */
  readonly toldFirst?: true
}

/**
 * Rehearses who would see the notice, agency by agency, in the order of their ids. For a notice
 * that is not logged, `loggedAt` is `now`. The result reveals the whole registry; `aggregate` gives
 * it without the names of agencies.
 */
export const rehearse = (notice: Marked, registry: Registry, now: Micros): Rehearsed[] =>
  [...registry.agencies.keys()].sort().flatMap((id) => {
    const agency = registry.agencies.get(id)!
    const participant = registry.participants.get(agency.participant)
    return participant === undefined
      ? []
      : [rehearseFor(agency, participant, notice, registry, now)]
  })

/** The outcome for one agency. `registry` must hold the agency. */
export const rehearseFor = (
  agency: Agency,
  { id: participant, type }: Participant,
  notice: Marked,
  registry: Registry,
  now: Micros,
): Rehearsed => {
  const purpose = fittingPurpose(agency, notice)
  const decision = decide(
    { participant, agency: agency.id, purpose, acknowledged: true },
    notice,
    registry,
    now,
  )
  const toldFirst = decision.content && isVictimFirst(notice) && isVictimDesk(agency, type)
  return {
    participant,
    type,
    agency: agency.id,
    purpose,
    decision,
    ...(toldFirst && { toldFirst }),
  }
}

/** The number of agencies of one participant that get the same decision. */
export type Aggregated = {
  readonly participant: string
  readonly type: ParticipantType
  readonly agencies: number
  readonly decision: Decision
}

/**
 * The rehearsal without the names of agencies: the different decisions for each participant, and
 * the number of agencies for each decision.
 */
export const aggregate = (rehearsed: readonly Rehearsed[]): Aggregated[] => {
  const alike = Map.groupBy(rehearsed, ({ participant, decision }) =>
    JSON.stringify([participant, decision]),
  )
  return [...alike.values()].map((same) => {
    const { participant, type, decision } = same[0]!
    return { participant, type, agencies: same.length, decision }
  })
}
