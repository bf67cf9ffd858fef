import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import {
  acknowledgedBy,
  insertAcknowledgement,
  type NoticeVersion,
} from '#store/handing-over/acknowledgements.ts'
import type { FeedReader } from '../reading/reader.ts'

/** Which agencies have acknowledged the conditions of an H3 notice. */
export type Acknowledgements = {
  /** An acknowledgement of another process is seen within a second, one of this process at once. */
  readonly by: (notice: NoticeVersion) => Promise<ReadonlySet<string>>
  /** Durable when it resolves. */
  readonly add: (reader: FeedReader, notice: NoticeVersion) => Promise<void>
}

const keepMs = 1000
const maxHeld = 10_000

export const createAcknowledgements = (pool: Pool, now: () => Micros): Acknowledgements => {
  const held = new Map<
    string,
    { readonly readAt: number; readonly agencies: Promise<ReadonlySet<string>> }
  >()
  const keyOf = ({ issuer, id, version }: NoticeVersion): string => `${issuer} ${id} ${version}`
  return {
    by: (notice) => {
      const known = held.get(keyOf(notice))
      if (known !== undefined && performance.now() - known.readAt < keepMs) return known.agencies
      if (held.size >= maxHeld) held.clear()
      const agencies = acknowledgedBy(pool, notice)
      held.set(keyOf(notice), { readAt: performance.now(), agencies })
      return agencies
    },
    add: async ({ agency, client }, notice) => {
      await insertAcknowledgement(pool, { agency, client }, notice, now())
      held.delete(keyOf(notice))
    },
  }
}
