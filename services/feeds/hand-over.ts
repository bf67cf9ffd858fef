import { createCursors, type Cursors, type Position } from './cursor.ts'
import type { Ledger, Offered } from './ledger.ts'
import { readPage, type Page, type PageDeps } from './page.ts'
import type { FeedReader } from './reader.ts'
import type { Topic } from './routes/feed-query.ts'

/** One reader's feed: pages by cursor, each offered in the ledger before the caller gets it. */
export type Feed = {
  readonly reader: FeedReader
  readonly topic: Topic
  readonly cursors: Cursors
  /** `sent` is to be called when the page was given to the connection. */
  readonly read: (from: Position, limit: number, maxBytes: number) => Promise<{ page: Page; sent: () => void }>
}

export type FeedDeps = { readonly cursorKey: Uint8Array; readonly page: PageDeps; readonly ledger: Ledger }

const maxCursorsHeld = 10_000

export const createFeeds = ({ cursorKey, page: deps, ledger }: FeedDeps): ((reader: FeedReader, topic: Topic, channel: string) => Feed) => {
  const held = new Map<string, Cursors>()
  const cursorsOf = (name: string): Cursors => {
    const known = held.get(name)
    if (known !== undefined) return known
    if (held.size >= maxCursorsHeld) held.clear()
    const made = createCursors(cursorKey, name)
    held.set(name, made)
    return made
  }
  return (reader, topic, channel) => ({
    reader, topic, cursors: cursorsOf(`${reader.key} ${topic.name}`),
    read: async (from, limit, maxBytes) => {
      const page = await readPage({ reader, kind: topic.kind, topic: topic.name, from, limit, maxBytes }, deps)
      if (page.items.length === 0) return { page, sent: () => undefined }
      const offered = await ledger.offer(reader, channel, topic.name, page.from, page.to)
      // If the process dies from here on, the ledger says what may have been sent; what was is written within a second.
      return { page, sent: () => mark(page, offered, ledger) }
    },
  })
}

const mark = ({ items }: Page, offered: Offered, ledger: Ledger): void => {
  for (const { index, told } of items) ledger.mark(offered, index, told)
}
