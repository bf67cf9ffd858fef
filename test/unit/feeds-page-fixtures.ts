import { randomUUID } from 'node:crypto'
import { rightClock } from '#test/support/clock.ts'
import { audienceTokens } from '#core/decide/audience.ts'
import { markedOf } from '#core/decide/marked.ts'
import { registryOf } from '#core/registry/change.ts'
import { minuteMicros } from '#store/log/minutes.ts'
import type { TailRow } from '#store/log/rows.ts'
import { createCursors } from '../../services/feeds/reading/cursor.ts'
import { createHeld } from '../../services/feeds/reading/held-entries.ts'
import { readPage, type Page, type PageDeps } from '../../services/feeds/reading/page.ts'
import {
  beginning,
  type FullMinute,
  type Named,
  type Position,
} from '../../services/feeds/reading/position.ts'
import type { FeedReader } from '../../services/feeds/reading/reader.ts'

const participant = (id: string) =>
  ({ id, name: id, type: 'member', status: 'active', admitted: [{ from: 0 }] }) as const
const agency = (id: string, of: string) =>
  ({ id, participant: of, name: id, status: 'active', rights: ['read'], roles: [] }) as const

const purpose = 'criminal-investigation'
const registry = registryOf(1, [
  { kind: 'participant', id: 'TH', body: participant('TH') },
  { kind: 'participant', id: 'KH', body: participant('KH') },
  { kind: 'agency', id: 'KH-ACD', body: { ...agency('KH-ACD', 'KH'), purposes: [purpose] } },
])

const reader: FeedReader = {
  participant: 'KH',
  agency: 'KH-ACD',
  client: 'kh-acd',
  type: 'member',
  key: `KH-ACD ${purpose}`,
  purpose,
  tokenExpiresAt: Infinity,
}
/** The same for all logs of a test, so that equal positions have equal cursors. */
const cursors = createCursors(Buffer.alloc(32, 7), 1, `${reader.key} all`)
const epoch = 1

const handlings = {
  visible: { tlp: 'GREEN' },
  /** `decide` says no, though the reader holds a token. */
  denied: { tlp: 'GREEN', purposes: ['victim-rescue'] },
  /** The reader holds no token. */
  foreign: { tlp: 'RED' },
  /** Visible, once victim desks have it. */
  victim: { tlp: 'AMBER', release: { participants: ['KH'] } },
} as const
export type Kind = keyof typeof handlings

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const rowOf = (index: number, time: number, kind: Kind): TailRow => {
  const { release, ...handling } = { release: undefined, ...handlings[kind] }
  const operatorStatus = kind === 'victim' ? 'possible-victim' : 'suspect'
  const content = { handling: { ...handling, release }, operatorStatus }
  return {
    index,
    time,
    event: 'notice',
    issuer: 'TH',
    id: randomUUID(),
    version: 1,
    status: 'active',
    kind: 'phone-number',
    statement: `h.${base64({ handling })}.s`,
    disclosures: [
      ...(release === undefined ? [] : [base64(['s', 'release', release])]),
      base64(['s', 'operatorStatus', operatorStatus]),
    ].join('~'),
    marking: null,
    canonical: '{}',
    warnings: '[]',
    tokens: audienceTokens(markedOf(content, 'TH', time, 'active')).join(' '),
    lost: '',
    salt: Buffer.alloc(32),
    destroyed: false,
  }
}

type Asked = { readonly limit?: number; readonly scan?: number }

/** A database that knows of no rights, no times and no hand-overs. */
const emptyPool = { query: async () => ({ rows: [] }) } as unknown as PageDeps['pool']

/** What a page needs. Pages of these logs read no entry in the database. */
const depsOf = (
  held: ReturnType<typeof createHeld>,
  minutes: PageDeps['minutes'],
  waiting: ReadonlySet<number>,
  epochOf: () => number,
): Omit<PageDeps, 'scanMaxEntries'> => ({
  pool: emptyPool,
  now: rightClock.now,
  readers: emptyPool,
  later: { add: () => undefined, mayHave: () => false },
  tail: { ...held, onGrowth: () => () => undefined, staleMs: () => 0, close: async () => {} },
  minutes,
  views: Object.assign(() => '', { clear: () => undefined }),
  registry: () => registry,
  epochOf,
  acknowledgedBy: async () => new Set<string>(),
  unwritten: () => [],
  count: () => undefined,
  waits: async ({ index }) => waiting.has(index),
})

/** A log in memory with a clock that only `passMinutes` moves, and a reader of it. */
export const createFeedLog = () => {
  const held = createHeld({ maxEntries: 1e6, maxBytes: 1e9 }, 0)
  const times: number[] = []
  const waiting = new Set<number>()
  let minute = 29_000_000
  let lag = 0
  let rights = epoch
  const endOf = (of: number): number =>
    times.findLastIndex((time) => time < (of + 1) * minuteMicros)
  const full = (of: number): FullMinute | undefined =>
    of < minute ? { minute: of, end: endOf(of) } : undefined
  const minutes = {
    last: () => full(minute - 1 - lag),
    of: async (index: number) => full(Math.floor(times[index]! / minuteMicros)),
  }
  const deps = depsOf(held, minutes, waiting, () => rights)
  const read = (from: Position, { limit = 500, scan = 2000 }: Asked = {}): Promise<Page> =>
    readPage(
      { reader, kind: null, topic: 'all', from, limit, maxBytes: 1e6 },
      { ...deps, scanMaxEntries: scan },
    )
  const positionOf = ({ index, ...named }: Named): Position => ({
    ...named,
    index: index ?? endOf(named.minute!),
  })
  return {
    /** Logs an entry in the present minute; answers its index. */
    log: (kind: Kind): number => {
      const begins = Math.max(minute * minuteMicros, (times.at(-1) ?? 0) + 1)
      held.add(rowOf(times.push(begins) - 1, begins, kind))
      if (kind === 'victim') waiting.add(times.length - 1)
      return times.length - 1
    },
    passMinutes: (count = 1): void => void (minute += count),
    /** The reader's process knows this many minutes less. */
    lagBehind: (minutes: number): void => void (lag = minutes),
    /** A reader with an older cursor is told again what was before it. */
    changeRights: (): void => void (rights += 1),
    /** Victim desks have everything. */
    tellDesks: (): void => waiting.clear(),
    /** The minute that was full last. */
    lastMinute: (): number => minute - 1,
    read,
    /** A page as a client reads it, that has nothing but the cursor of the page before. */
    poll: async (after: string | undefined, asked?: Asked) => {
      const from = after === undefined ? beginning(epoch) : positionOf(cursors.decode(after)!)
      const page = await read(from, asked)
      return { ...page, cursor: cursors.encode([page.next])[0]! }
    },
    /** The cursors that a client is shown of a page, the last one to go on from. */
    shown: ({ items, next }: Page): string[] =>
      cursors.encode([...items.map(({ position }) => position), next]),
    namedBy: (cursor: string): Named => cursors.decode(cursor)!,
    cursorOf: (named: Named): string => cursors.encode([{ ...named, epoch }])[0]!,
  }
}

export type FeedLog = ReturnType<typeof createFeedLog>
