import { openSaid, splitSaid } from '#core/said/said.ts'
import type { OpenSaid, SaidType } from '#core/said/forms.ts'
import { accept, type Checked } from '#core/refusal.ts'
import type { Loggable } from '#store/log/intake.ts'
import type { CheckContext } from '../check-context.ts'
import { inStanding } from '../standing.ts'
import { checkIssuer, openSigned } from '../verify.ts'
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
} = { reaction: checkReaction, 'still-open': checkStillOpen }

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
  const { jws, disclosures } = split
  const { payload, type } = open
  return accept({
    ...checked.value,
    event: type,
    issuer: payload.iss,
    id: payload.id,
    version: 1,
    status: 'active',
    kind: '',
    canonical: {},
    warnings: [],
    jws,
    disclosures,
    registryVersion: context.registry.version,
    expires: null,
    victim: false,
  })
}
