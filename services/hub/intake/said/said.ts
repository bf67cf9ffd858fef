import { confirmationId } from '#core/said/confirmation-id.ts'
import { openSaid, splitSaid } from '#core/said/said.ts'
import type { OpenSaid, SaidType } from '#core/said/forms.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { openStatement, splitStatement } from '#core/signing/statement.ts'
import type { Loggable } from '#store/log/intake.ts'
import type { CheckContext } from '../check-context.ts'
import { inStanding } from '../standing.ts'
import { checkIssuer, openSigned } from '../verify.ts'
import { checkConfirmation, confirming } from './confirmation.ts'
import { entryOf } from './entry.ts'
import type { Following } from './following.ts'
import { checkReaction } from './reaction.ts'
import { checkStillOpen } from './still-open.ts'

/**
 * The checks of each type of statement. They run after the signature and the form are good, and
 * answer what its entry is logged with.
 */
const checks: {
  readonly [T in SaidType]: (
    said: OpenSaid<T>,
    context: CheckContext,
  ) => Promise<Checked<Following>> | Checked<Following>
} = {
  confirmation: checkConfirmation,
  // What is said at feeds the hub signs itself (`intake/inbox.ts`): no gateway says it.
  consent: () => refuse('envelope/wrong-issuer', '/iss'),
  reaction: checkReaction,
  'still-open': checkStillOpen,
}

const checkOf = (said: OpenSaid, context: CheckContext): ReturnType<(typeof checks)[SaidType]> =>
  (checks[said.type] as (given: OpenSaid, context: CheckContext) => Promise<Checked<Following>>)(
    said,
    context,
  )

/** Checks what a gateway says beside notices, cheapest check first. */
export const loggableSaid = async (
  bytes: Uint8Array,
  participant: string,
  context: CheckContext,
): Promise<Checked<Loggable>> => {
  const opened = await openSigned(splitSaid(bytes), openSaid, participant, context)
  if (!opened.ok) return opened
  const { split, open } = opened.value
  const issued = checkIssuer(open.payload, participant)
  if (!issued.ok) return issued
  const standing = inStanding(participant, context)
  if (!standing.ok) return standing
  const checked = await checkOf(open, context)
  if (!checked.ok) return checked
  const { iss: issuer, id, type: event } = open.payload
  return accept({ ...entryOf({ ...split, event, issuer, id }, context), ...checked.value })
}

/**
 * A confirmation in the form of version 1 of the contract, which has no id and nothing to withhold.
 * It is the same entry.
 */
export const loggableStatement = async (
  bytes: Uint8Array,
  participant: string,
  context: CheckContext,
): Promise<Checked<Loggable>> => {
  const jws = Buffer.from(bytes).toString('latin1')
  const opened = await openSigned(splitStatement(jws), openStatement, participant, context)
  if (!opened.ok) return opened
  const { open } = opened.value
  const issued = checkIssuer(open, participant)
  if (!issued.ok) return issued
  const standing = inStanding(participant, context)
  if (!standing.ok) return standing
  const checked = await confirming(participant, open.digest, context)
  if (!checked.ok) return checked
  const said = {
    event: 'confirmation',
    issuer: participant,
    id: confirmationId(open.digest),
  } as const
  return accept({ ...entryOf({ ...said, jws, disclosures: [] }, context), ...checked.value })
}
