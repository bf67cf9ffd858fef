import type { Pool } from 'pg'
import { toldTo } from '#core/said/told.ts'
import { redactSdJwt, readDisclosure } from '#core/signing/sd-jwt.ts'
import { formatMicros } from '#core/time.ts'
import { every } from '#runtime/process/every.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { Log } from '#runtime/process/log.ts'
import { tellEntries, type ToldRow } from '#store/log/told.ts'
import { replyTo, sendReply, type SendReplyDeps } from './send-reply.ts'

/** Tells gateways what other participants said that concerns them, by signed replies. */
export const tellOthers = (
  deps: SendReplyDeps & { readonly pool: Pool; readonly everyMs: number; readonly log: Log },
): { close: () => Promise<void> } => {
  const tell = async (rows: readonly ToldRow[]): Promise<void> => {
    await Promise.all(
      [...Map.groupBy(rows, (row) => row.to)].map(([to, some]) =>
        sendReply({ ...replyTo(to, 'told'), entries: some.map(entryOf) }, 'told', deps),
      ),
    )
    // If the process dies here, the same entries are told again. A gateway counts them once.
    failpoint('hub.told')
  }
  return every(
    deps.everyMs,
    async (closing) => {
      while (!closing.aborted && (await tellEntries(deps.pool, tell))) continue
    },
    (error) => deps.log.warn({ err: error }, 'what was said is not told; tried again'),
  )
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
      toldTo[row.type].withhold,
    ),
  }
}
