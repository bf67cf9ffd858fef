import { readFile } from 'node:fs/promises'
import { readFeed } from '#test/support/clients.ts'
import { withBare } from './bare.ts'
import { benchNotice } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'
import { round, type Figure } from './figure.ts'
import { load } from './load.ts'
import { openReaders, type Readers } from './readers.ts'

/**
 * Resident memory of each process: at the start, after half of the notices, after all of them, and
 * with open streams.
 */
export const memory: Figure = {
  name: 'memory',
  service: 'feeds',
  measure: async (bench, { memoryNotices, memoryReaders }) => {
    const limit = await withBare((_url, pid) => residentMebibytes(pid))
    const start = await residentOfAll(bench)
    const half = await after(bench, memoryNotices / 2)
    const all = await after(bench, memoryNotices / 2)
    const readers = await holdOpen(bench, memoryReaders)
    const open = await after(bench, 200)
    await readers.stop()
    const values = Object.values(open)
    return [
      {
        name: 'memory',
        value: Math.max(...values),
        unit: 'MiB, the largest process',
        limit,
        limitName: 'bare fastify process',
        ratio: round(Math.max(...values) / limit),
        notices: memoryNotices,
        readers: memoryReaders,
        start,
        half,
        all,
        withReaders: open,
      },
    ]
  },
}

const after = async (bench: BenchSystem, notices: number): Promise<Record<string, number>> => {
  const { url, token } = bench.info.gateways['TH']!
  let i = 0
  await load(
    {
      url,
      connections: 20,
      amount: Math.floor(notices),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    },
    () => ({ method: 'POST', path: '/v1/notices', body: JSON.stringify(benchNotice(i++)) }),
  )
  await bench.settled()
  return residentOfAll(bench)
}

const holdOpen = async ({ info }: BenchSystem, count: number): Promise<Readers> => {
  const { next } = await readFeed(info, 'KH-ACD')
  return openReaders(
    `${info.feeds.url}/v1/feeds/all`,
    info.feeds.agencies['KH-ACD']!.token,
    next,
    count,
    'never',
  )
}

const ours = (name: string): boolean => !['kafka', 'postgres'].includes(name)

const residentOfAll = async ({ supervisor }: BenchSystem): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(supervisor.pids())
        .filter(([name]) => ours(name))
        .map(async ([name, pid]) => [name, await residentMebibytes(pid)] as const),
    ),
  )

const residentMebibytes = async (pid: number): Promise<number> => {
  const [, kibibytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kibibytes) / 1024)
}
