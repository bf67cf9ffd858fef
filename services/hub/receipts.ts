import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Signer } from '#core/keys.ts'
import { signReply, type Receipt } from '#core/reply.ts'
import { formatMicros } from '#core/time.ts'
import { repliesTopic } from '#core/topics.ts'
import { nowMicros } from '#runtime/clock.ts'
import type { MessageLog } from '#runtime/message-log.ts'
import type { Answer, Appended, Intake } from '#store/append.ts'
import { recordReceipts } from '#store/receipts.ts'

export type ReceiptSender = { readonly send: (appended: Omit<Appended, 'logged'>, records: readonly Intake[]) => Promise<void> }

/**
 * Answers a batch: one signed message per participant, each receipt under the digest of the raw bytes it answers. A reply
 * that cannot be sent is not tried again here: the answer is durable, and the gateway asks again by republishing.
 */
export const createReceiptSender = (deps: { messages: MessageLog; signer: Signer; pool: Pool; log: Logger }): ReceiptSender => {
  const sendTo = async (participant: string, receipts: Receipt[]): Promise<boolean> => {
    try {
      const message = { iss: 'hub' as const, aud: participant, type: 'receipts' as const, iat: Math.floor(Date.now() / 1000), receipts }
      await deps.messages.publish(repliesTopic(participant), [{ key: participant, value: Buffer.from(await signReply(message, deps.signer)) }])
      return true
    } catch (error) {
      deps.log.warn({ err: error, participant, receipts: receipts.length }, 'receipts not sent; the gateway asks again')
      return false
    }
  }
  return {
    send: async ({ batch, answers, further }, records) => {
      const all = [...records.map((record, i) => ({ ...record, answer: answers[i]! })), ...further]
      const perParticipant = Map.groupBy(all.map((one) => ({ participant: one.participant, receipt: receiptOf(one, one.answer) })), (r) => r.participant)
      const sent = await Promise.all([...perParticipant].map(async ([participant, list]) =>
        (await sendTo(participant, list.map((r) => r.receipt))) ? participant : undefined))
      const reached = sent.filter((p) => p !== undefined)
      await recordReceipts(deps.pool, batch, reached, nowMicros()).catch((error: unknown) => deps.log.warn({ err: error, batch }, 'receipt time not recorded'))
    },
  }
}

const receiptOf = (record: Pick<Intake, 'digest'>, { state, time, ...answer }: Answer): Receipt => ({
  digest: record.digest.toString('hex'), status: state, ...answer, ...(time !== undefined && { time: formatMicros(time) }),
})
