import { noticeKey } from '#store/log/rows.ts'
import type { TailRow } from '#store/log/rows.ts'
import { destroyedEntry, feedEntryOf, isLater, type FeedEntry } from './feed-entry.ts'

/** What all entries of one notice share. */
type Family = { newest: FeedEntry | undefined }
type Held = FeedEntry & { readonly audience: readonly string[]; readonly family: Family }

const maxAudiences = 10_000

/**
 * The tokens by which the database finds an entry: its own, and those that it has lost. Entries of
 * the same audience share one list, so the list is compared with a reader's tokens once.
 */
const interned = (tokens: string, audiences: Map<string, readonly string[]>): readonly string[] => {
  const known = audiences.get(tokens)
  if (known !== undefined) return known
  if (audiences.size >= maxAudiences) audiences.clear()
  const list = tokens.split(' ')
  audiences.set(tokens, list)
  return list
}

const memberOf = (tokens: ReadonlySet<string>): ((audience: readonly string[]) => boolean) => {
  const known = new Map<readonly string[], boolean>()
  return (audience) => {
    const before = known.get(audience)
    if (before !== undefined) return before
    const carries = audience.some((token) => tokens.has(token))
    known.set(audience, carries)
    return carries
  }
}

export type HeldOptions = {
  readonly maxEntries: number
  readonly maxBytes: number
  /** Called for each entry that is not the first of its notice. */
  readonly onLater?: (id: string) => void
}

/**
 * The entries that the tail keeps: a window at the end of the log. `first` is the lowest index that
 * the next entry can have.
 */
export const createHeld = ({ maxEntries, maxBytes, onLater }: HeldOptions, first: number) => {
  let entries: Held[] = []
  // the window begins here; entries before it are dropped now and then, many at once
  let start = 0
  let last = first - 1
  let bytes = 0
  const families = new Map<string, Family>()
  const audiences = new Map<string, readonly string[]>()
  const base = (): number => last + 1 - (entries.length - start)
  const isFull = (): boolean =>
    entries.length - start > maxEntries || (bytes > maxBytes && entries.length > start)
  const dropBefore = (): void => {
    entries = entries.slice(start)
    start = 0
  }
  const drop = (): void => {
    const entry = entries[start++]!
    bytes -= entry.bytes
    if (entry.family.newest === entry) families.delete(noticeKey(entry))
    if (start > 1024 && start * 2 > entries.length) dropBefore()
  }
  const add = ({ tokens, lost, ...row }: TailRow): void => {
    const audience = interned(lost === '' ? tokens : `${tokens} ${lost}`, audiences)
    const key = noticeKey(row)
    const family: Family = families.get(key) ?? { newest: undefined }
    const entry: Held = { ...feedEntryOf(row), audience, family }
    family.newest = entry
    if (isLater(entry)) onLater?.(entry.id)
    families.set(key, family)
    entries.push(entry)
    last = entry.index
    bytes += entry.bytes
    while (isFull()) drop()
  }
  const forget = (notices: ReadonlySet<string>): void => {
    for (let at = start; at < entries.length; at++) {
      const entry = entries[at]!
      if (entry.destroyed || !notices.has(noticeKey(entry))) continue
      const left = destroyedHeld(entry)
      bytes += left.bytes - entry.bytes
      entries[at] = left
    }
    dropBefore()
  }
  return {
    head: () => last,
    base,
    add,
    forget,
    candidates: (tokens: ReadonlySet<string>, after: number, to: number, limit: number) =>
      candidatesIn(entries, start + Math.max(0, after + 1 - base()), tokens, to, limit),
    newest: (entry: FeedEntry) => (entry as Held).family.newest!,
    size: () => ({ entries: entries.length - start, bytes }),
  }
}

const destroyedHeld = (entry: Held): Held => {
  const { family, audience } = entry
  const left: Held = { ...destroyedEntry(entry), audience, family }
  if (family.newest === entry) family.newest = left
  return left
}

const candidatesIn = (
  entries: readonly Held[],
  from: number,
  tokens: ReadonlySet<string>,
  to: number,
  limit: number,
): { entries: FeedEntry[]; scannedTo: number } => {
  const carries = memberOf(tokens)
  const found: FeedEntry[] = []
  for (let at = from; at < entries.length && found.length < limit; at++) {
    const entry = entries[at]!
    if (entry.index > to) break
    if (carries(entry.audience)) found.push(entry)
  }
  return { entries: found, scannedTo: found.length === limit ? found.at(-1)!.index : to }
}
