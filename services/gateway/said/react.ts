import { v5 as uuidv5 } from 'uuid'
import type { ReactionBody } from '#core/generated/types.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { contentHashOf } from '../acceptance.ts'
import type { Caller } from '../keys/auth.ts'
import type { SubmitDeps } from '../submit.ts'
import { signSaid } from './statement.ts'

export type ReactDeps = Pick<SubmitDeps, 'participant' | 'signer' | 'now' | 'store' | 'contract'>

/** A namespace of its own (RFC 9562 §5.5), so that the same reaction always has the same id. */
const reactionNamespace = '0f4b9f5e-6d5c-5f0a-9d55-3a1f6f1f7c60'

/**
 * A reaction to a notice of any participant. It is signed and stored as a notice is, whether the
 * notice exists or not: the hub says so. The same agency's same reaction again is the first one.
 * Durable when it resolves, with the id of the reaction.
 */
export const react = async (
  body: ReactionBody,
  notice: string,
  caller: Caller,
  deps: ReactDeps,
): Promise<Checked<{ readonly id: string }>> => {
  if (deps.contract() === 1) return refuse('notice/not-yet-taken')
  const { issuer, reaction, action, amount, note } = body
  const by = { person: caller.subject, agency: caller.agency }
  const content = { ...body, notice }
  const contentHash = contentHashOf(content)
  const id = uuidv5(`${caller.agency} ${contentHash.toString('hex')}`, reactionNamespace)
  const statement = await signSaid(
    {
      id,
      type: 'reaction',
      clear: { reaction, ...(action !== undefined && { action }) },
      disclosed: {
        by,
        agency: caller.agency,
        about: { issuer, id: notice },
        ...(amount !== undefined && { amount }),
        ...(note !== undefined && { note }),
      },
      content,
      contentHash,
      by,
    },
    deps,
  )
  // undefined: it is stored already
  await deps.store(statement)
  return accept({ id })
}
