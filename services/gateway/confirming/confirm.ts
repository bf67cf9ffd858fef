import { hubAudience } from '#core/envelope/envelope.ts'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { signStatement } from '#core/signing/statement.ts'
import {
  answerOf,
  findOwn,
  isHeldForSubject,
  refusal,
  type Acceptance,
  type FindVersions,
} from '../acceptance.ts'
import type { Caller } from '../keys/auth.ts'
import type { OutboxRow, Submission } from '../outbox.ts'
import { signSaid, statementOf } from '../said/statement.ts'
import type { SubmitDeps } from '../submit.ts'

export type ConfirmDeps = Pick<
  SubmitDeps,
  'participant' | 'signer' | 'now' | 'contract' | 'store'
> & {
  readonly findVersions: FindVersions
}

/**
 * POST …/confirm: the originator confirms a held version. The statement is signed once, unless the
 * hub refused it: the same request again gets the first answer. Durable when it resolves.
 */
export const confirmHeld = async (
  reason: string,
  id: string,
  caller: Caller,
  deps: ConfirmDeps,
): Promise<Acceptance> => {
  const newest = await findOwn(id, caller, deps.findVersions)
  if (newest === undefined) return refusal('notice/not-found')
  if (!isHeldForSubject(newest)) return refusal('never-list/not-held')
  const sign = deps.contract() === 1 ? signFirst : signConfirmation
  // undefined: one is stored already, and the hub has not refused it
  await deps.store(await sign(newest, reason, caller, deps))
  return { ok: true, value: answerOf(newest, 'held') }
}

type Sign = (
  held: OutboxRow,
  reason: string,
  caller: Caller,
  deps: ConfirmDeps,
) => Promise<Submission>

/** What is kept of it beside the signed text. */
const partsOf = ({ id, digest }: OutboxRow, reason: string, caller: Caller) => ({
  id: confirmationId(digest),
  type: 'confirmation' as const,
  content: { notice: id, digest, reason },
  by: { person: caller.subject, agency: caller.agency },
})

const signConfirmation: Sign = (held, reason, caller, deps) => {
  const parts = partsOf(held, reason, caller)
  const about = { issuer: deps.participant, id: held.id }
  const disclosed = { by: parts.by, agency: caller.agency, about, reason }
  return signSaid({ ...parts, clear: { digest: held.digest }, disclosed }, deps)
}

/** For a hub that takes version 1 of the contract alone. */
const signFirst: Sign = async (held, reason, caller, { participant, signer, now }) => {
  const postedAt = now()
  const { text, digest } = await signStatement(
    {
      iss: participant,
      aud: hubAudience,
      iat: Math.floor(postedAt / 1_000_000),
      statement: 'confirm-held',
      digest: held.digest,
      reason,
    },
    signer,
  )
  const signed = { ...partsOf(held, reason, caller), text, digest, postedAt }
  return { ...statementOf(signed), contract: 1 }
}
