import type { Pool } from 'pg'
import { formatMicros } from '#core/time.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import { summariseDeliveries, type HandOverSummary } from '#store/handing-over/delivery-summary.ts'
import { replyTo, sendReply, type SendReplyDeps } from './send-reply.ts'

const rememberedMost = 50_000

/**
 * Tells each originator which participants were handed its notices, by a signed reply soon
 * afterwards.
 */
export const reportDeliveries = (
  deps: SendReplyDeps & { readonly pool: Pool; readonly everyMs: number; readonly log: Log },
): { close: () => Promise<void> } => {
  const told = new Set<string>()

  const tellIssuer = async (
    issuer: string,
    handOvers: readonly HandOverSummary[],
  ): Promise<void> => {
    const deliveries = handOvers.map(({ id, version, participant, at }) => ({
      id,
      version,
      participant,
      at: formatMicros(at),
    }))
    const message = { ...replyTo(issuer, 'deliveries', deps.now()), deliveries }
    await sendReply(message, 'deliveries', deps)
  }
  const tell = async (handOvers: readonly HandOverSummary[]): Promise<void> => {
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

const keyOf = ({ issuer, id, version, participant }: HandOverSummary): string =>
  `${issuer} ${id} ${version} ${participant}`
