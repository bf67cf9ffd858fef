import type { OpenSaid } from '#core/said/forms.ts'
import { decide, type Decision, type Marked } from '#core/decide/decide.ts'
import { isOver } from '#core/decide/visible-event.ts'
import { isVictimFirst } from '#core/decide/victim-first.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Agency } from '#core/registry/registry.ts'
import type { CheckContext } from '../check-context.ts'
import { speakingFor } from '../standing.ts'
import type { Following } from './following.ts'

/**
 * A reaction to a notice. The agency must see the notice now, for any purpose that it holds. A
 * notice that is hidden from it, and one that is not there, are refused alike.
 */
export const checkReaction = async (
  { payload, disclosed }: OpenSaid<'reaction'>,
  context: CheckContext,
): Promise<Checked<Following>> => {
  const speaking = speakingFor(disclosed, payload.iss, 'read', context)
  if (!speaking.ok) return speaking
  const { about } = disclosed
  const [seen, said] = await Promise.all([
    isSeen(about, speaking.value, context),
    context.saidAbout(payload.iss, about.issuer, about.id),
  ])
  if (!seen) return refuse('notice/not-found', '/about')
  return said < mostReactions
    ? accept({ tokens: [`P:${about.issuer}`], about })
    : refuse('statement/too-many', '/about')
}

/** The most reactions of one participant to one notice. */
const mostReactions = 100

const isSeen = async (
  { issuer, id }: { readonly issuer: string; readonly id: string },
  agency: Agency,
  context: CheckContext,
): Promise<boolean> => {
  // Both are asked in any case, so that what is hidden and what is absent take the same time.
  const [newest, wasTold] = await Promise.all([
    context.newestMark(issuer, id),
    context.wasTold(agency.id, issuer, id),
  ])
  if (newest === undefined) return false
  const seen = decisionsFor(agency, newest, context).filter((one) => one.existence)
  if (seen.length === 0) return false
  // An ended notice exists for those alone who were told of it, and one on a possible victim may
  // still wait for the victim desks.
  return wasTold || !(seen.every(isOver) || isVictimFirst(newest))
}

/** A national token names no purpose, so all that the agency holds count. */
const decisionsFor = (
  { id, participant, purposes }: Agency,
  marked: Marked,
  { registry, now }: CheckContext,
): Decision[] =>
  [undefined, ...purposes].map((purpose) =>
    decide(
      { participant, agency: id, ...(purpose !== undefined && { purpose }) },
      marked,
      registry,
      now,
    ),
  )
