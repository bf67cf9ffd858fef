import type { Pool } from 'pg'
import { withheldOf } from '#core/said/told.ts'
import { redactSdJwt, readDisclosure } from '#core/signing/sd-jwt.ts'
import { formatMicros } from '#core/time.ts'
import { every } from '#runtime/process/every.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { Log } from '#runtime/process/log.ts'
import { within } from '#runtime/process/within.ts'
import { tellEntries, type ToldRow } from '#store/log/told.ts'
import { replyTo, sendReply, type SendReplyDeps } from './send-reply.ts'

/** The most bytes of statements in one message: Kafka takes it, though what is signed is larger. */
const maxBytes = 512 * 1024
/** The transaction of `tellEntries` is open meanwhile, and ends when it is idle for too long. */
const sendLimitMs = 5000
/** A participant whose topic takes nothing is tried again after this time. */
const pauseMs = 30_000

/**
 * Tells gateways what other participants said that concerns them, by signed replies. A participant
 * that cannot be told is told later, and keeps nobody else waiting.
 */
export const tellOthers = (
  deps: SendReplyDeps & { readonly pool: Pool; readonly everyMs: number; readonly log: Log },
): { close: () => Promise<void> } => {
  const pausedUntil = new Map<string, number>()
  const tellOne = async (to: string, rows: readonly ToldRow[]): Promise<string[]> => {
    if ((pausedUntil.get(to) ?? 0) > performance.now()) return []
    try {
      for (const some of inMessages(rows.map(entryOf)))
        await within(
          sendLimitMs,
          sendReply({ ...replyTo(to, 'told', deps.now()), entries: some }, 'told', deps),
        )
      return [to]
    } catch (error) {
      pausedUntil.set(to, performance.now() + pauseMs)
      deps.log.warn({ err: error, participant: to }, 'what was said is not told; tried again')
      return []
    }
  }
  const tell = async (rows: readonly ToldRow[]): Promise<ReadonlySet<string>> => {
    const perParticipant = [...Map.groupBy(rows, (row) => row.to)]
    const told = await Promise.all(perParticipant.map(([to, some]) => tellOne(to, some)))
    // If the process dies here, the same entries are told again. A gateway counts them once.
    failpoint('hub.told')
    return new Set(told.flat())
  }
  return every(
    deps.everyMs,
    async (closing) => {
      while (!closing.aborted && (await tellEntries(deps.pool, tell))) continue
    },
    (error) => deps.log.warn({ err: error }, 'what was said is not told; tried again'),
  )
}

type Entry = ReturnType<typeof entryOf>

const inMessages = (entries: readonly Entry[]): Entry[][] => {
  const messages: Entry[][] = []
  let bytes = Infinity
  for (const entry of entries) {
    bytes += entry.statement.length
    if (bytes > maxBytes) {
      messages.push([])
      bytes = entry.statement.length
    }
    messages.at(-1)!.push(entry)
  }
  return messages
}

const entryOf = (row: ToldRow) => {
  const disclosures = row.disclosures.split('~').map(readDisclosure)
  return {
    index: row.index,
    time: formatMicros(row.time),
    type: row.type,
    participant: row.participant,
    about: { issuer: row.aboutIssuer, id: row.aboutId },
    statement: redactSdJwt(
      row.statement,
      disclosures.filter((made) => made !== undefined),
      withheldOf(row.type),
    ),
  }
}
