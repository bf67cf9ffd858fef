import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Signer } from '#core/signing/keys.ts'
import { signReply, type Receipt } from '#core/signing/reply.ts'
import { formatMicros } from '#core/time.ts'
import { repliesTopic } from '#core/kafka/topics.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { createGroupCommit } from '#runtime/postgres/group-commit.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import type { Answer, Appended, Intake } from '#store/log/append.ts'
import { recordReceipts, type SentReceipts } from '#store/log/receipts.ts'

type Batch = Omit<Appended, 'logged'>

export type ReceiptSender = {
  /**
   * Takes a batch's receipts over; resolves at once, unless those of many batches are on their way.
   * Never rejects.
   */
  readonly send: (appended: Batch, records: readonly Intake[]) => Promise<void>
  /** Resolves when what was taken over is sent and noted. */
  readonly idle: () => Promise<void>
}

/** Of so many batches, receipts are on their way at most; the next batch waits for one of them. */
const maxBatches = 16

/**
 * Answers a batch: one signed message per participant, each receipt under the digest of the raw
 * bytes it answers. The next batch is worked meanwhile. A reply that cannot be sent is not tried
 * again here: the answer is durable, and the gateway asks again by republishing.
 */
export const createReceiptSender = (deps: {
  messages: MessageLog
  signer: Signer
  pool: Pool
  log: Logger
}): ReceiptSender => {
  const note = createGroupCommit<readonly SentReceipts[], void>(
    async (groups) => {
      await recordReceipts(deps.pool, groups.flat())
      return groups.map(() => undefined)
    },
    { maxItems: 100, maxWaiting: maxBatches, lanes: 1 },
  )
  const onTheWay = new Set<Promise<void>>()

  const sendTo = async (participant: string, receipts: Receipt[]): Promise<boolean> => {
    try {
      const message = {
        iss: 'hub' as const,
        aud: participant,
        type: 'receipts' as const,
        iat: Math.floor(Date.now() / 1000),
        receipts,
      }
      await deps.messages.publish(repliesTopic(participant), [
        { key: participant, value: Buffer.from(await signReply(message, deps.signer)) },
      ])
      return true
    } catch (error) {
      deps.log.warn(
        { err: error, participant, receipts: receipts.length },
        'receipts not sent; the gateway asks again',
      )
      return false
    }
  }
  const sendAll = async (
    { batch, answers, further }: Batch,
    records: readonly Intake[],
  ): Promise<void> => {
    const all = [...records.map((record, i) => ({ ...record, answer: answers[i]! })), ...further]
    const perParticipant = Map.groupBy(
      all.map((one) => ({ participant: one.participant, receipt: receiptOf(one, one.answer) })),
      (r) => r.participant,
    )
    const sent = await Promise.all(
      [...perParticipant].map(async ([participant, list]) =>
        (await sendTo(
          participant,
          list.map((r) => r.receipt),
        ))
          ? { batch, participant, sentAt: nowMicros() }
          : undefined,
      ),
    )
    failpoint('hub.receipts-sent')
    await note(sent.filter((s) => s !== undefined)).catch((error: unknown) =>
      deps.log.warn({ err: error, batch }, 'receipt time not recorded'),
    )
  }
  return {
    send: async (appended, records) => {
      while (onTheWay.size >= maxBatches) await Promise.race(onTheWay)
      const sending = sendAll(appended, records).finally(() => onTheWay.delete(sending))
      onTheWay.add(sending)
    },
    idle: async () => void (await Promise.all(onTheWay)),
  }
}

const receiptOf = (
  record: Pick<Intake, 'digest'>,
  { state, time, ...answer }: Answer,
): Receipt => ({
  digest: record.digest.toString('hex'),
  status: state,
  ...answer,
  ...(time !== undefined && { time: formatMicros(time) }),
})
