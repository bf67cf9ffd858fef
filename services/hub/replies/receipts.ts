import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { Receipt } from '#core/signing/reply.ts'
import { formatMicros } from '#core/time.ts'
import { createGroupCommit } from '#runtime/postgres/group-commit.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Answer, Appended, Intake } from '#store/log/intake.ts'
import { recordReceipts, type SentReceipts } from '#store/log/receipts.ts'
import { replyTo, sendReply, type SendReplyDeps } from './send-reply.ts'

type Batch = Omit<Appended, 'logged'>

export type ReceiptSender = {
  /**
   * Takes over the receipts of a batch. Resolves at once, unless the receipts of many batches are
   * under way. Never rejects.
   */
  readonly send: (appended: Batch, records: readonly Intake[]) => Promise<void>
  /** Resolves when all receipts that were taken over are sent and noted. */
  readonly idle: () => Promise<void>
}

type ReceiptDeps = SendReplyDeps & { readonly pool: Pool; readonly log: Log }
type Note = (sent: readonly SentReceipts[]) => Promise<void>

/** At most this many batches have receipts under way. The next batch waits for one of them. */
const maxBatches = 16

/**
 * Answers a batch: one signed message per participant, with each receipt under the digest of the
 * bytes that it answers. The next batch is worked meanwhile. A reply that cannot be sent is not
 * sent again from here: the answer is durable, and the gateway asks again when it republishes.
 */
export const createReceiptSender = (deps: ReceiptDeps): ReceiptSender => {
  const note: Note = createGroupCommit<readonly SentReceipts[], void>(
    async (groups) => {
      await recordReceipts(deps.pool, groups.flat())
      return groups.map(() => undefined)
    },
    { maxItems: 100, maxWaiting: maxBatches, lanes: 1 },
  )
  const onTheWay = new Set<Promise<void>>()
  return {
    send: async (appended, records) => {
      while (onTheWay.size >= maxBatches) await Promise.race(onTheWay)
      const sending = sendAll(appended, records, note, deps).finally(() => onTheWay.delete(sending))
      onTheWay.add(sending)
    },
    idle: async () => void (await Promise.all(onTheWay)),
  }
}

const sendAll = async (
  { batch, answers, further }: Batch,
  records: readonly Intake[],
  note: Note,
  deps: ReceiptDeps,
): Promise<void> => {
  const all = [...records.map((record, i) => ({ ...record, answer: answers[i]! })), ...further]
  const perParticipant = Map.groupBy(all, ({ participant }) => participant)
  const sent = await Promise.all(
    [...perParticipant].map(async ([participant, answered]): Promise<SentReceipts[]> => {
      const receipts = lastWords(answered.map((one) => receiptOf(one, one.answer)))
      const sentAt = await sendTo(participant, receipts, deps)
      return sentAt === undefined ? [] : [{ batch, participant, sentAt }]
    }),
  )
  failpoint('hub.receipts-sent')
  await note(sent.flat()).catch((error: unknown) =>
    deps.log.warn({ err: error, batch }, 'the time of receipts was not stored'),
  )
}

/** One receipt for each digest. What was held, and has its last word in one batch, has that. */
const lastWords = (receipts: readonly Receipt[]): Receipt[] => {
  const last = new Map<string, Receipt>()
  for (const receipt of receipts)
    if (receipt.status !== 'held' || !last.has(receipt.digest)) last.set(receipt.digest, receipt)
  return [...last.values()]
}

/** Resolves with the time when the receipts were sent; undefined: they were not. */
const sendTo = async (
  participant: string,
  receipts: Receipt[],
  deps: ReceiptDeps,
): Promise<Micros | undefined> => {
  try {
    await sendReply(
      { ...replyTo(participant, 'receipts', deps.now()), receipts },
      participant,
      deps,
    )
    return deps.now()
  } catch (error) {
    deps.log.warn(
      { err: error, participant, receipts: receipts.length },
      'receipts not sent; the gateway asks again',
    )
    return undefined
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
