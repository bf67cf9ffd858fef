import type { Registry } from '#core/registry/registry.ts'
import { createCursors, type Cursors } from '../reading/cursor.ts'
import type { Position } from '../reading/position.ts'
import type { Ledger } from './ledger.ts'
import type { Offered } from './offers.ts'
import { readPage, type PageRequest, type Page, type PageDeps } from '../reading/page.ts'
import type { FeedReader } from '../reading/reader.ts'
import type { Topic } from '../reading/topic.ts'

/**
 * One reader's feed, page by page. Each page is offered in the ledger before the caller gets it.
 */
export type Feed = {
  readonly reader: FeedReader
  readonly topic: Topic
  readonly cursors: Cursors
  /** The caller calls `sent` when it has given the page to the connection. */
  readonly read: (
    from: Position,
    limit: number,
    maxBytes: number,
  ) => Promise<{ page: Page; sent: () => void }>
}

export type FeedDeps = {
  readonly cursorKey: Uint8Array
  readonly page: PageDeps
  readonly ledger: Ledger
  readonly handedOver: (channel: string, told: string, count: number) => void
}

const maxCursorsHeld = 10_000

export const createFeeds = ({
  cursorKey,
  page: deps,
  ledger,
  handedOver,
}: FeedDeps): ((reader: FeedReader, topic: Topic, channel: string) => Feed) => {
  const held = new Map<string, Cursors>()
  const cursorsOf = (name: string): Cursors => {
    const known = held.get(name)
    if (known !== undefined) return known
    if (held.size >= maxCursorsHeld) held.clear()
    const made = createCursors(cursorKey, name)
    held.set(name, made)
    return made
  }
  const read = shareReads((asked) => readPage(asked, deps), deps)
  return (reader, topic, channel) => ({
    reader,
    topic,
    cursors: cursorsOf(`${reader.key} ${topic.name}`),
    read: async (from, limit, maxBytes) => {
      const page = await read({
        reader,
        kind: topic.kind,
        topic: topic.name,
        from,
        limit,
        maxBytes,
      })
      if (page.items.length === 0) return { page, sent: nothing }
      const offered = await ledger.offer(reader, channel, topic.name, page.from, page.to)
      // If the process dies from here on, the ledger says what may have been sent. It says what was
      // sent within a second.
      return {
        page,
        sent: () => {
          mark(page, offered, ledger)
          for (const [told, count] of page.counts) handedOver(channel, told, count)
        },
      }
    },
  })
}

const nothing = (): void => undefined

const mark = ({ items }: Page, offered: Offered, ledger: Ledger): void => {
  for (const { index, told } of items) ledger.mark(offered, index, told)
}

const shareMs = 250
const maxShared = 5000

/**
 * Streams of one agency and purpose at the same position share a page: the page is decided and
 * rendered once for all of them. A page is shared for a moment, and never across a change of the
 * log or the registry.
 */
const shareReads = (
  read: (asked: PageRequest) => Promise<Page>,
  { tail, registry }: Pick<PageDeps, 'tail' | 'registry'>,
): ((asked: PageRequest) => Promise<Page>) => {
  const shared = new Map<string, Promise<Page>>()
  let of: { head: number; registry: Registry; since: number } | undefined
  return (asked) => {
    const { reader, topic, from, limit, maxBytes } = asked
    if (from.backfill !== undefined || from.waiting !== undefined || from.index + 1 < tail.base())
      return read(asked)
    const now = { head: tail.head(), registry: registry(), since: performance.now() }
    if (
      of === undefined ||
      of.head !== now.head ||
      of.registry !== now.registry ||
      now.since - of.since > shareMs ||
      shared.size >= maxShared
    ) {
      shared.clear()
      of = now
    }
    const key = `${reader.key} ${topic} ${from.index} ${from.epoch} ${limit} ${maxBytes}`
    const known = shared.get(key)
    if (known !== undefined) return known
    const page = read(asked)
    shared.set(key, page)
    return page
  }
}
