import type { Pool } from 'pg'
import type { Signer } from '#core/signing/keys.ts'
import { signReply } from '#core/signing/reply.ts'
import { formatMicros } from '#core/time.ts'
import { repliesTopic } from '#core/kafka/topics.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { summariseDeliveries, type HandOver } from '#store/handing-over/delivery-summary.ts'

const rememberedMost = 50_000

/**
 * Tells each originator which participants were handed its notices, as signed replies, soon after
 * it happened.
 */
export const reportDeliveries = (deps: {
  pool: Pool
  messages: MessageLog
  signer: Signer
  everyMs: number
  log: Log
}): { close: () => Promise<void> } => {
  const told = new Set<string>()

  const tellIssuer = async (issuer: string, handOvers: readonly HandOver[]): Promise<void> => {
    const deliveries = handOvers.map(({ id, version, participant, at }) => ({
      id,
      version,
      participant,
      at: formatMicros(at),
    }))
    const message = {
      iss: 'hub' as const,
      aud: issuer,
      type: 'deliveries' as const,
      iat: Math.floor(Date.now() / 1000),
      deliveries,
    }
    await deps.messages.publish(repliesTopic(issuer), [
      { key: 'deliveries', value: Buffer.from(await signReply(message, deps.signer)) },
    ])
  }
  const tell = async (handOvers: readonly HandOver[]): Promise<void> => {
    const fresh = handOvers.filter((h) => !told.has(keyOf(h)))
    await Promise.all(
      [...Map.groupBy(fresh, (h) => h.issuer)].map(([issuer, some]) => tellIssuer(issuer, some)),
    )
    if (told.size > rememberedMost) told.clear()
    for (const handOver of fresh) told.add(keyOf(handOver))
  }
  return every(
    deps.everyMs,
    async (closing) => {
      while (!closing.aborted && (await summariseDeliveries(deps.pool, tell))) continue
    },
    (error) => deps.log.warn({ err: error }, 'deliveries not reported; tried again'),
  )
}

const keyOf = ({ issuer, id, version, participant }: HandOver): string =>
  `${issuer} ${id} ${version} ${participant}`
