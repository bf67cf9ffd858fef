import type { OpenSaid } from '#core/said/forms.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Loggable } from '#store/log/intake.ts'
import { loggable, type About } from '../authorise.ts'
import type { CheckContext } from '../check-context.ts'
import { outcomeOf } from '../outcome.ts'
import { speakingFor } from '../standing.ts'
import type { Following } from './following.ts'

/**
 * The originator's word that a held notice is meant. The agency of the person that says it needs
 * the right to submit.
 */
export const checkConfirmation = async (
  { payload, disclosed }: OpenSaid<'confirmation'>,
  context: CheckContext,
): Promise<Checked<Following>> => {
  const { by, agency = by.agency, about } = disclosed
  const speaking = speakingFor({ agency, by }, payload.iss, 'submit', context)
  if (!speaking.ok) return speaking
  const confirmed = await confirming(payload.iss, payload.digest, context)
  if (!confirmed.ok) return confirmed
  const held = confirmed.value.about ?? about
  return about.issuer === held.issuer && about.id === held.id
    ? confirmed
    : refuse('never-list/not-held', '/about')
}

/**
 * The bytes that a participant confirms, whatever the form of its statement. They are checked as if
 * they arrived now, and are not held any more. Only the participant that submitted them can confirm
 * them.
 */
export const confirming = async (
  participant: string,
  digest: string,
  context: CheckContext,
): Promise<Checked<Following>> => {
  const held = await context.heldBytes(participant, Buffer.from(digest, 'hex'))
  if (held === undefined) return refuse('never-list/not-held', '/digest')
  const checked = await loggable(held.raw, participant, context)
  const id = checked.ok ? checked.value.id : checked.about?.id
  return accept({
    tokens: [`P:${participant}`],
    ...(id !== undefined && { about: { issuer: participant, id } }),
    confirms: {
      raw: held.raw,
      digest: Buffer.from(digest, 'hex'),
      postedAt: held.postedAt,
      outcome: outcomeOf(released(checked)),
    },
  })
}

/** The outcome of a confirmed submission: it is no longer held. */
const released = (checked: Checked<Loggable> & About): Checked<Loggable> & About => {
  if (!checked.ok) return checked
  const { hold: _, ...notice } = checked.value
  return accept(notice)
}
