import { readSecretKey } from '#runtime/files/secret-file.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { until } from '#test/support/until.ts'
import { createCursors } from '../../services/feeds/reading/cursor.ts'
import { readerKey, rightsEpoch } from '../../services/feeds/reading/reader.ts'
import { withCpu } from './cpu.ts'
import type { BenchSystem } from './bench-system.ts'
import { round, type Amounts, type Figure, type Line } from './figure.ts'
import { load } from './load.ts'
import { seedLog } from './seed-log.ts'

const connections = 10

/**
 * Pages of 100 at random cursors in a smaller and a larger log, for a reader of everything and a
 * reader of 1 in 10 000; beside the rows alone.
 */
export const feedsPage: Figure = {
  name: 'feeds.page',
  service: 'feeds',
  measure: async (bench, amounts) => {
    const lines: Line[] = []
    for (const size of amounts.pageEntries) {
      await seedLog(bench, size)
      await restartFeeds(bench, size)
      lines.push(...(await measureAt(bench, size, amounts)))
    }
    return lines
  },
}

const readers = [
  { who: 'reader of everything', agency: 'KH-ACD', participant: 'KH' },
  { who: 'reader of 1 in 10 000', agency: 'VN-C06', participant: 'VN' },
] as const

const measureAt = async (
  bench: BenchSystem,
  size: number,
  { pageSeconds }: Amounts,
): Promise<Line[]> => {
  const limit = await rowsAlone(bench, size, pageSeconds)
  const lines: Line[] = []
  for (const { who, ...reader } of readers) {
    const cursors = await cursorsOf(bench, reader)
    const get = (seconds: number) =>
      load(
        {
          url: bench.info.feeds.url,
          connections,
          seconds,
          headers: { authorization: `Bearer ${bench.info.feeds.agencies[reader.agency]!.token}` },
        },
        () => ({
          method: 'GET',
          path: `/v1/feeds/all?limit=100&after=${cursors(randomIndex(size))}`,
        }),
      )
    await get(1)
    const {
      result: { perSecond, p50, p99, answered },
      seconds: cpu,
    } = await withCpu(bench.supervisor.pids()['feeds']!, () => get(pageSeconds))
    lines.push({
      name: 'feeds.page',
      value: round(perSecond, 0),
      unit: 'pages/s',
      limit: round(limit, 0),
      limitName: '100 rows by index from PostgreSQL, pages/s',
      ratio: round(perSecond / limit),
      p50,
      p99,
      entries: size,
      reader: who,
      connections,
      cpuMicros: round((cpu * 1_000_000) / answered, 0),
    })
  }
  return lines
}

const randomIndex = (size: number): number =>
  Math.floor(Math.random() * Math.max(1, size - 100)) - 1

/**
 * A cursor at any place, made with the key of the feeds. A client would have to read its way there.
 */
const cursorsOf = async (
  { keys, pool }: BenchSystem,
  reader: { agency: string; participant: string },
) => {
  const key = readerKey(reader.agency, 'criminal-investigation')
  const cursors = createCursors(await readSecretKey(keys.cursorFile), 1, `${key} all`)
  const epoch = rightsEpoch(reader, await loadRegistry(pool))
  return (index: number): string => cursors.encode([{ index, epoch }])[0]!
}

/** After a start the memory has what a process holds that has followed the log to here. */
const restartFeeds = async (
  { supervisor, info, remember }: BenchSystem,
  size: number,
): Promise<void> => {
  const before = supervisor.pids()['feeds']!
  process.kill(before, 'SIGTERM')
  const authorization = `Bearer ${info.feeds.agencies['KH-ACD']!.token}`
  await until(
    `the feeds run again, with ${size} entries`,
    async () => {
      if ((supervisor.pids()['feeds'] ?? before) === before) return false
      const page = (await (
        await fetch(`${info.feeds.url}/v1/feeds/all?limit=1`, { headers: { authorization } })
      ).json()) as { entries: unknown[]; end: boolean }
      return page.entries.length === 1 && !page.end
    },
    60_000,
  )
  remember()
}

const rowsAlone = async ({ pool }: BenchSystem, size: number, seconds: number): Promise<number> => {
  const until = performance.now() + seconds * 1000
  let pages = 0
  const lane = async (): Promise<void> => {
    for (; performance.now() < until; pages++) {
      await pool.query({
        name: 'bench-page',
        text: `select index, time, id, version, status, kind, statement, disclosures,
          canonical, warnings, salt from entry where index > $1 order by index
          limit 100`,
        values: [randomIndex(size)],
      })
    }
  }
  await Promise.all(Array.from({ length: connections }, lane))
  return pages / seconds
}
