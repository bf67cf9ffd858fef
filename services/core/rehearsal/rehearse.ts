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
 * What one agency would see. Its H3 conditions are taken as acknowledged; `decision.conditions`
 * says that they must be.
 */
export type Rehearsed = {
  readonly participant: string
  readonly type: ParticipantType
  readonly agency: string
  /**
   * The purpose it was tried with: one the agency holds and the notice allows, where there is one.
   */
  readonly purpose: Purpose | undefined
  readonly decision: Decision
  /** A victim desk that others wait for before they are told. */
  readonly toldFirst?: true
}

/**
 * Who would see the notice, agency by agency, in the order of the ids. For a notice that is not
 * logged, `loggedAt` is `now`. It tells the whole registry: towards a participant, the agencies of
 * others are shown by `aggregate` only.
 */
export const rehearse = (notice: Marked, registry: Registry, now: Micros): Rehearsed[] =>
  [...registry.agencies.keys()].sort().flatMap((id) => {
    const agency = registry.agencies.get(id)!
    const participant = registry.participants.get(agency.participant)
    return participant === undefined
      ? []
      : [rehearseFor(agency, participant, notice, registry, now)]
  })

/** What one agency would see; `registry` must hold it. */
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

/** How many agencies of one participant come to the same decision. */
export type Aggregated = {
  readonly participant: string
  readonly type: ParticipantType
  readonly agencies: number
  readonly decision: Decision
}

/**
 * The same without the agencies' names: for every participant, its different decisions and how many
 * agencies each is for.
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
