import type { Registry } from '#core/registry/registry.ts'
import { createCursors, type Cursors } from '../reading/cursor.ts'
import type { Minutes } from '../reading/minutes.ts'
import { reached, type Position } from '../reading/position.ts'
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
  /** The position that a cursor names; undefined if the text is not a cursor of this feed. */
  readonly positionOf: (cursor: string) => Promise<Position | undefined>
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
  readonly minutes: Pick<Minutes, 'positionOf' | 'logEpoch'>
  readonly ledger: Ledger
  readonly handedOver: (channel: string, told: string, count: number) => void
}

const maxCursorsHeld = 2000

export const createFeeds = ({
  cursorKey,
  page: deps,
  minutes,
  ledger,
  handedOver,
}: FeedDeps): ((reader: FeedReader, topic: Topic, channel: string) => Feed) => {
  const held = new Map<string, Cursors>()
  const cursorsOf = (name: string): Cursors => {
    const key = `${minutes.logEpoch()} ${name}`
    const known = held.get(key)
    if (known !== undefined) return known
    if (held.size >= maxCursorsHeld) held.clear()
    const made = createCursors(cursorKey, minutes.logEpoch(), name)
    held.set(key, made)
    return made
  }
  const read = shareReads((asked) => readPage(asked, deps), deps)
  const open = (reader: FeedReader, topic: Topic, channel: string, cursors: Cursors): Feed => ({
    reader,
    topic,
    cursors,
    positionOf: async (cursor) => {
      const named = cursors.decode(cursor)
      return named === undefined ? undefined : await minutes.positionOf(named)
    },
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
  return (reader, topic, channel) =>
    open(reader, topic, channel, cursorsOf(`${reader.key} ${topic.name}`))
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
 * log, its minute or the registry.
 */
const shareReads = (
  read: (asked: PageRequest) => Promise<Page>,
  { tail, minutes, registry }: Pick<PageDeps, 'tail' | 'minutes' | 'registry'>,
): ((asked: PageRequest) => Promise<Page>) => {
  const shared = new Map<string, Promise<Page>>()
  type Now = { head: number; minute: number | undefined; registry: Registry; since: number }
  let of: Now | undefined
  return (asked) => {
    const { reader, topic, from, limit, maxBytes } = asked
    if (from.backfill !== undefined || from.waiting !== undefined) return read(asked)
    if (reached(from) + 1 < tail.base()) return read(asked)
    const head = tail.head()
    const minute = minutes.last(head)?.minute
    const now = { head, minute, registry: registry(), since: performance.now() }
    if (
      of === undefined ||
      of.head !== now.head ||
      of.minute !== now.minute ||
      of.registry !== now.registry ||
      now.since - of.since > shareMs ||
      shared.size >= maxShared
    ) {
      shared.clear()
      of = now
    }
    const { index, minute: named, scanned, epoch } = from
    const key = [reader.key, topic, index, named, scanned, epoch, limit, maxBytes].join(' ')
    const known = shared.get(key)
    if (known !== undefined) return known
    const page = read(asked)
    shared.set(key, page)
    return page
  }
}
