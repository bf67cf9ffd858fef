import t from 'tap'
import type { Pool } from 'pg'
import { loadRegistry } from '#store/registry/registry.ts'
import { readRows } from '#store/log/rows.ts'
import { expireNotices } from '#store/log/expire.ts'
import { call } from '#test/support/clients.ts'
import { createFeedsWorld, feedReader, forKh, token, type Content } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { createHeld } from '../../services/feeds/reading/held-entries.ts'
import { findNotice } from '../../services/feeds/reading/find-notice.ts'
import { readPage, type PageDeps } from '../../services/feeds/reading/page.ts'
import { beginning, type Position } from '../../services/feeds/reading/position.ts'
import type { FeedReader } from '../../services/feeds/reading/reader.ts'

/** As many versions of one notice as a log of before the bound can have. */
const many = 1500
const world = await createFeedsWorld(t)
const feeds = await world.start()
const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })
const both = [
  ['from memory', feeds],
  ['from the database', inDatabase],
] as const
const tokens = new Map([['KH-ACD', await token(feeds, 'kh-acd')]])
const tokenOf = (agency: string): string => tokens.get(agency)!
const { readAll } = feedReader(tokenOf)

/** Logs versions of a notice, past the bounds of intake. Answers the index before them. */
const logVersions = async (content: Content, from: number, to: number): Promise<number> => {
  const { rows } = await world.pool.query<{ last: number }>(
    'select next_index - 1 as last from sequencer',
  )
  for (let version = from; version <= to; version += 100) {
    const answers = await world.append(
      Array.from({ length: Math.min(100, to - version + 1) }, (_, i) => ({
        content: { ...content, narrative: `version ${version + i}` },
        version: version + i,
      })),
    )
    t.ok(answers.every(({ state }) => state === 'accepted'))
  }
  await world.settled([feeds, inDatabase])
  return rows[0]!.last
}

const kh: FeedReader = {
  participant: 'KH',
  agency: 'KH-ACD',
  client: 'kh-acd',
  type: 'member',
  key: 'KH-ACD criminal-investigation',
  purpose: 'criminal-investigation',
  tokenExpiresAt: Infinity,
}

type Work = { readonly rows: number; readonly decided: number; readonly events: string[] }

/** Rows that this connection has read and not yet reported. In a transaction it reports none. */
const rowsRead = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ read: number }>(
    `select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::int as read
      from pg_stat_xact_user_tables where relname in ('entry', 'entry_token', 'delivery')`,
  )
  return rows[0]!.read
}

/** What a process does that has followed the log: rows that PostgreSQL reads, and decisions. */
const working = async (work: (deps: PageDeps) => Promise<string[]>): Promise<Work> => {
  const held = createHeld({ maxEntries: 1e6, maxBytes: 1e9 }, 0)
  for (;;) {
    const rows = await readRows(world.pool, held.head(), 1000)
    for (const row of rows) held.add(row)
    if (rows.length === 0) break
  }
  const registry = await loadRegistry(world.pool)
  const client = await world.pool.connect()
  const pool = {
    query: client.query.bind(client),
    connect: () => world.pool.connect(),
  } as unknown as Pool
  let decided = 0
  const deps: PageDeps = {
    pool,
    readers: world.pool,
    later: { add: () => undefined, mayHave: () => true },
    tail: { ...held, onGrowth: () => () => undefined, staleMs: () => 0, close: async () => {} },
    minutes: { last: () => undefined, of: async () => undefined },
    views: Object.assign(() => '', { clear: () => undefined }),
    registry: () => registry,
    now: () => Date.now() * 1000,
    epochOf: () => 1,
    acknowledgedBy: async () => new Set<string>(),
    unwritten: () => [],
    count: () => void decided++,
    waits: async () => false,
    scanMaxEntries: 1e6,
  }
  try {
    await client.query('begin')
    const before = await rowsRead(pool)
    const events = await work(deps)
    const rows = (await rowsRead(pool)) - before
    await client.query('commit')
    return { rows, decided, events }
  } finally {
    client.release()
  }
}

/** The work of all pages of a feed behind an index. */
const reading = (after: number): Promise<Work> =>
  working(async (deps) => {
    const events: string[] = []
    for (let from: Position = { ...beginning(1), index: after }; ;) {
      const page = await readPage(
        { reader: kh, kind: null, topic: 'all', from, limit: 100, maxBytes: 1e9 },
        deps,
      )
      events.push(...page.items.map(({ event }) => event))
      if (page.end) return events
      from = page.next
    }
  })

const eventsOf = async (process: typeof feeds, after: string): Promise<string[]> =>
  (await readAll(process, 'KH-ACD', { after })).entries.map(({ event }) => event)

const end = async (): Promise<string> => (await readAll(feeds, 'KH-ACD')).next

const red = { tlp: 'RED', release: { agencies: ['TH-CCIB'] } }

await t.test('versions that a reader holds no token of cost it nothing', async (t) => {
  const from = await end()
  const after = await logVersions(forKh({ handling: red }), 1, many)
  t.same(await reading(after), { rows: 0, decided: 0, events: [] })
  for (const [where, process] of both) t.same(await eventsOf(process, from), [], where)
})

await t.test(
  'of versions that are hidden from a reader the history is read once, not once for each',
  async (t) => {
    const from = await end()
    const content = forKh({ handling: { tlp: 'GREEN', purposes: ['victim-rescue'] } })
    const after = await logVersions(content, 1, many)
    const { rows, decided, events } = await reading(after)
    t.same(events, [])
    t.equal(decided, many)
    t.ok(rows < 3 * many, `${rows} rows for ${many} versions`)
    for (const [where, process] of both) t.same(await eventsOf(process, from), [], where)
  },
)

await t.test('who held a version is told of the withdrawal once, at that cost', async (t) => {
  const from = await end()
  const content = forKh({ handling: { tlp: 'GREEN' } })
  const after = await logVersions(content, 1, 1)
  t.same(await eventsOf(feeds, from), ['notice.published'])
  await until('the ledger has it', async () => {
    const { rowCount } = await world.pool.query(
      `select from entry e join delivery d on d.agency = 'KH-ACD'
        and e.index between d.first_index and d.last_index
        and get_bit(d.bitmap, e.index - d.first_index) = 1 where e.id = $1`,
      [content.id],
    )
    return rowCount !== 0
  })
  await logVersions({ ...content, handling: red }, 2, many)
  const { rows, events } = await reading(after)
  t.same(events, ['notice.withdrawn'])
  t.ok(rows < 3 * many, `${rows} rows for ${many} versions`)
  for (const [where, process] of both)
    t.same(await eventsOf(process, from), ['notice.withdrawn'], where)
})

await t.test('each version that a reader sees costs it the same', async (t) => {
  const from = await end()
  const content = forKh()
  const after = await logVersions(content, 1, many)
  const updates = ['notice.published', ...Array.from({ length: many - 1 }, () => 'notice.updated')]
  for (const [where, process] of both) t.same(await eventsOf(process, from), updates, where)
  await until('the ledger has all', async () => {
    const { rows } = await world.pool.query<{ told: number }>(
      `select count(distinct e.index)::int as told from entry e join delivery d
        on d.agency = 'KH-ACD' and e.index between d.first_index and d.last_index
        and get_bit(d.bitmap, e.index - d.first_index) = 1 where e.id = $1`,
      [content.id],
    )
    return rows[0]!.told === many
  })
  const { rows, events } = await reading(after)
  t.same(events, updates)
  // A place in the ledger stands in as many rows as its readers wrote of it, the more the slower
  // the machine. If each version read all before it, they would be a million.
  t.ok(rows < 50 * many, `${rows} rows for ${many} versions`)
  const one = await working(async (deps) => {
    const found = await findNotice(kh, content.id, undefined, deps)
    return found.ok ? [String(found.value.entry.version)] : []
  })
  t.same(one.events, [String(many)])
  t.ok(one.rows < 20, `${one.rows} rows for the notice by its id`)
  t.match(await call(`${feeds.url}/v1/notices/${content.id}`, tokenOf('KH-ACD')), {
    body: { notice: { version: many } },
  })
})

await t.test('a notice of many versions ends, and its holders are told', async (t) => {
  const expires = new Date(Date.now() + 1000).toISOString()
  const handling = { tlp: 'AMBER', release: { participants: ['KH'] }, expires }
  await logVersions(forKh({ handling }), 1, 300)
  await until(
    'it has expired',
    async () => (await expireNotices(world.pool, 500, () => undefined)) > 0,
  )
  const { rows } = await world.pool.query(
    `select count(*)::int as ends from entry where event = 'expired'`,
  )
  t.same(rows, [{ ends: 1 }])
})
