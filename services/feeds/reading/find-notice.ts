import type { Pool } from 'pg'
import { readerTokens } from '#core/decide/audience.ts'
import { decide, type Decision } from '#core/decide/decide.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { mayGive, together } from '#core/decide/visible-event.ts'
import { readNoticeRows } from '#store/log/rows.ts'
import { readHeldNoticeRows } from '#store/log/candidates.ts'
import type { Fullness } from '#store/handing-over/ledger.ts'
import { feedEntryOf, type FeedEntry } from './feed-entry.ts'
import { lastToldBefore, noHistory } from './history.ts'
import { decideFor, isHeld, type DecideDeps, type ReaderContext } from './visible.ts'
import type { FeedReader } from './reader.ts'
import type { View } from './render.ts'

export type FoundNotice = {
  readonly entry: FeedEntry
  readonly view: View
  readonly told: Fullness
}

export type FindDeps = Pick<DecideDeps, 'acknowledgedBy' | 'count' | 'waits' | 'unwritten'> & {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly now: () => Micros
}

/** How many versions of each issuer are read: the newest ones that the reader holds. */
const maxVersions = 50

/**
 * The newest version of a notice that a reader may see. Its content is left out when the conditions
 * are not acknowledged or the notice has expired. A notice that the reader may not see is answered
 * like an absent one.
 */
export const findNotice = async (
  reader: FeedReader,
  id: string,
  issuer: string | undefined,
  deps: FindDeps,
): Promise<Checked<FoundNotice>> => {
  const reading = { reader, registry: deps.registry(), now: deps.now() }
  const tokens = readerTokens(reader, reading.registry, reading.now)
  const rows = await readHeldNoticeRows(deps.pool, tokens, id, issuer, maxVersions)
  const held = rows.map(feedEntryOf)
  // The newest version decides whether the notice may still be read, also when the reader does not
  // hold that version. The reader is given only a version that it holds.
  const newest =
    held.length === 0 ? [] : (await readNoticeRows(deps.pool, id, issuer, 1)).map(feedEntryOf)
  const newestOf = new Map(newest.map((entry) => [entry.issuer, entry]))
  const byIssuer = [...Map.groupBy(held, (entry) => entry.issuer)]
  const each = await Promise.all(
    byIssuer.map(([from, versions]) => newestVisible(versions, newestOf.get(from), reading, deps)),
  )
  const found = each.filter((one) => one !== undefined)
  if (found.length > 1) {
    const issuers = found.map(({ entry }) => entry.issuer).sort()
    return refuse('notice/several-issuers', undefined, issuers.join(', '))
  }
  return found[0] === undefined ? refuse('notice/not-found') : accept(found[0])
}

const newestVisible = async (
  versions: readonly FeedEntry[],
  last: FeedEntry | undefined,
  reading: ReaderContext,
  deps: FindDeps,
): Promise<FoundNotice | undefined> => {
  if (last === undefined) return undefined
  const newest = await decideFor(last, reading, deps)
  if (!newest.existence) return undefined
  // a revocation is shown to those alone who held the notice
  if (newest.rule === 'revoked' && !(await wasHeld(last, reading.reader, deps))) return undefined
  for (const entry of versions.toReversed()) {
    const own = await decideFor(entry, reading, deps)
    deps.count(own)
    if (own.existence && !(await deps.waits(entry, reading)))
      return foundAs(entry, own, newest, reading.reader)
  }
  return undefined
}

const wasHeld = async (
  last: FeedEntry,
  reader: FeedReader,
  deps: Pick<FindDeps, 'pool' | 'unwritten'>,
): Promise<boolean> =>
  isHeld((await lastToldBefore([last], reader, noHistory(), deps)).get(last.index))

const foundAs = (
  entry: FeedEntry,
  own: Decision,
  newest: Decision,
  reader: FeedReader,
): FoundNotice => {
  const content = mayGive({ entryDecision: own, newestDecision: newest })
  return {
    entry,
    told: content ? 'content' : 'bare',
    view: {
      event: newest.rule === 'revoked' ? 'notice.revoked' : 'notice.published',
      decision: content ? together(own, newest) : own,
      content,
      proof: reader.type !== 'corporate-partner',
    },
  }
}

/**
 * The conditions that a reader may acknowledge: of a notice that only its conditions withhold, or
 * that the reader sees since it acknowledged them.
 */
export const hasConditions = (
  { entry, view }: FoundNotice,
  reader: FeedReader,
  { registry, now }: Pick<FindDeps, 'registry' | 'now'>,
): boolean =>
  view.decision.conditions === true &&
  decide({ ...reader, acknowledged: true }, entry.marked, registry(), now()).content
