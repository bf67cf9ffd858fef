import type { KeyObject } from 'node:crypto'
import type { Logger } from 'pino'
import type { DeliveriesMessage, RegistryMessage, ToldMessage } from '#core/generated/types.ts'
import { readReply, type Receipt } from '#core/signing/reply.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'

export type ReplyDeps = {
  readonly participant: string
  readonly hubKeys: () => ReadonlyMap<string, KeyObject>
  /** Durable when it resolves, with the digests that are closed for good. */
  readonly storeReceipts: (message: Uint8Array, receipts: readonly Receipt[]) => Promise<string[]>
  readonly storeDeliveries: (message: DeliveriesMessage) => Promise<void>
  readonly storeTold: (message: ToldMessage) => Promise<void>
  readonly takeRegistry: (message: RegistryMessage) => Promise<void>
  readonly answered: (digests: readonly string[]) => void
  readonly onRefused: (code: string) => void
  readonly log: Logger
}

/**
 * Takes the hub's replies in order. Resolves when all of them are durable, so that their offsets
 * may be committed. A record that the hub did not sign for this participant is counted and passed
 * over; it closes nothing.
 */
export const takeReplies = async (records: readonly InRecord[], deps: ReplyDeps): Promise<void> => {
  for (const record of records) {
    const read = readReply(record.value, deps.hubKeys(), deps.participant)
    if (!read.ok) {
      deps.onRefused(read.refusal.code)
      deps.log.error(
        { code: read.refusal.code, topic: record.topic, offset: record.offset },
        'reply refused',
      )
    } else if (read.value.type === 'receipts') {
      const { receipts } = read.value
      const closed = await deps.storeReceipts(record.value, receipts)
      const held = receipts.filter(({ status }) => status === 'held').map(({ digest }) => digest)
      deps.answered([...closed, ...held])
      // the offset is not committed: the reply comes again and changes nothing
      failpoint('gateway.receipt-stored')
    } else if (read.value.type === 'deliveries') {
      await deps.storeDeliveries(read.value)
    } else if (read.value.type === 'told') {
      await deps.storeTold(read.value)
      failpoint('gateway.told-stored') // the same: it comes again, and counts once
    } else {
      await deps.takeRegistry(read.value)
      deps.log.info({ version: read.value.version }, 'registry received')
    }
  }
}
