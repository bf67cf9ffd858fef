import { hubAudience } from '#core/envelope/envelope.ts'
import { signStatement } from '#core/signing/statement.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import {
  answerOf,
  findOwn,
  isHeldForSubject,
  refusal,
  type Acceptance,
  type FindVersions,
} from '../acceptance.ts'
import type { OpenRow } from '../exchange/open-queue.ts'
import type { Caller } from '../keys/auth.ts'
import type { NewConfirmation } from './confirmation-store.ts'
import type { SubmitDeps } from '../submit.ts'

export type ConfirmDeps = Pick<SubmitDeps, 'participant' | 'signer'> & {
  readonly findVersions: FindVersions
  /**
   * Stores a confirmation, unless one is open for the version. Durable when it resolves, with the
   * row to publish now; undefined if the version is not held any more.
   */
  readonly storeConfirmation: (confirmation: NewConfirmation) => Promise<OpenRow | undefined>
  /** Hands the row to the relay. */
  readonly offer: (row: OpenRow) => void
}

/**
 * POST …/confirm: the originator confirms a held version. The statement is signed once; the same
 * request again gets the first answer.
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
  const confirmedAt = nowMicros()
  const { text, digest } = await signStatement(
    {
      iss: deps.participant,
      aud: hubAudience,
      iat: Math.floor(confirmedAt / 1_000_000),
      statement: 'confirm-held',
      digest: newest.digest,
      reason,
    },
    deps.signer,
  )
  const open = await deps.storeConfirmation({
    submission: newest.seq,
    statement: text,
    digest,
    reason,
    submitter: caller.subject,
    confirmedAt,
  })
  // If the process dies here, the statement is durable. The relay of the next start publishes it in
  // the place of the envelope.
  if (open === undefined) return refusal('never-list/not-held')
  deps.offer(open)
  return { ok: true, value: answerOf(newest, 'held') }
}
