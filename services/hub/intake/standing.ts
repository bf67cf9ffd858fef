import { accept, refuse, type Checked } from '#core/refusal.ts'
import { covers, type Agency, type Right } from '#core/registry/registry.ts'
import { checkBy } from '#core/schema/check.ts'
import type { CheckContext } from './check-context.ts'

/** Whether a participant may say anything in its country's name now. */
export const inStanding = (id: string, { registry, now }: CheckContext): Checked<true> => {
  const participant = registry.participants.get(id)
  if (
    participant === undefined ||
    participant.status !== 'active' ||
    !covers(participant.admitted, now)
  )
    return refuse('envelope/not-authorised', '/iss')
  return participant.type === 'corporate-partner'
    ? refuse('envelope/not-authorised', '/iss')
    : accept(true)
}

/** What the disclosures `agency` and `by` say. */
type Speaking = { readonly agency: unknown; readonly by: unknown }

/**
 * The agency in whose name a participant says something. The agency of `by`, whose officer it was,
 * needs the right. If it is another one, it is an NCB that acts for an agency of its own country,
 * which may be suspended.
 */
export const speakingFor = (
  { agency: name, by: who }: Speaking,
  participant: string,
  right: Right,
  { registry }: CheckContext,
): Checked<Agency> => {
  const agency = registry.agencies.get(String(name))
  if (agency?.participant !== participant) return refuse('envelope/not-authorised', '/agency')
  const by = checkBy(who)
  if (!by.ok) return by
  const speaker = registry.agencies.get(by.value.agency)
  if (speaker?.participant !== participant || !mayAct(speaker, right))
    return refuse('envelope/not-authorised', '/by/agency')
  return speaker.id === agency.id || speaker.roles.includes('ncb')
    ? accept(agency)
    : refuse('envelope/not-authorised', '/agency')
}

export const mayAct = ({ status, rights }: Agency, right: Right): boolean =>
  status === 'active' && rights.includes(right)
