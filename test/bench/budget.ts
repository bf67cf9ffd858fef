import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { demoGateways } from '#deploy/local/demo/registry.ts'
import { readFeed } from '#test/support/clients.ts'
import { benchNotice } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'
import { cpuByName } from './cpu.ts'
import { round, type Figure } from './figure.ts'
import { load } from './load.ts'
import { followWal, stopFollowing } from './wal.ts'

/**
 * What one notice costs, from its POST in Bangkok to a page of the feed in Phnom Penh: processor
 * time of every process, and what the databases of its gateway and of the hub write.
 */
export const budget: Figure = {
  name: 'budget',
  service: 'hub',
  measure: async (bench, { budgetNotices }) => {
    await postNotices(bench, warmUpNotices)
    const { next } = await readFeed(bench.info, reader)
    const wal = await followWal(bench.pool)
    try {
      const from = await nextIndex(bench)
      const before = await cpuByName(bench.supervisor.pids())
      const started = performance.now()
      await postNotices(bench, budgetNotices)
      const { entries } = await readFeed(bench.info, reader, 'all', next)
      if (entries.length !== budgetNotices) throw new Error(`${entries.length} notices in the feed`)
      const seconds = (performance.now() - started) / 1000
      const after = await cpuByName(bench.supervisor.pids())
      const micros = (name: string): number =>
        round(((after[name]! - before[name]!) * 1_000_000) / budgetNotices, 0)
      const cpuMicros = Object.fromEntries(measured.map((name) => [name, micros(name)]))
      const total = measured.reduce((sum, name) => sum + micros(name), 0)
      const limit = signAndVerifyMicros()
      const hub = new URL(bench.info.database.url)
      return [
        {
          name: 'budget',
          value: total,
          unit: 'µs of processor for each notice',
          limit: round(limit, 0),
          limitName: 'one Ed25519 signature and one verification, µs',
          ratio: round(limit / total),
          cpuMicros,
          inLimits: Object.fromEntries(
            measured.map((name) => [name, round(cpuMicros[name]! / limit)]),
          ),
          notices: budgetNotices,
          seconds: round(seconds),
          batches: await batchesFrom(bench, from),
          gatewayDatabase: await wal.written(
            bench.databases.gateways[demoGateways.indexOf('TH')]!.owner,
            budgetNotices,
          ),
          hubDatabase: await wal.written(hub.href, budgetNotices),
        },
      ]
    } finally {
      await stopFollowing(bench.pool)
    }
  },
}

/** Until the code is compiled, and the pages of the tables are there. */
const warmUpNotices = 3000
const connections = 50
const reader = 'KH-ACD'
/** The gateways of the other countries, and the console, have nothing to do with the notice. */
const measured = ['gateway-TH', 'hub', 'feeds', 'postgres', 'kafka'] as const

const postNotices = async ({ info, settled }: BenchSystem, amount: number): Promise<void> => {
  const { url, token } = info.gateways['TH']!
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  let i = 0
  await load({ url, connections, headers, amount }, () => ({
    method: 'POST',
    path: '/v1/notices',
    body: JSON.stringify(benchNotice(i++)),
  }))
  await settled()
}

const nextIndex = async ({ pool }: BenchSystem): Promise<number> =>
  (await pool.query<{ next: number }>('select next_index as next from sequencer')).rows[0]!.next

const batchesFrom = async ({ pool }: BenchSystem, from: number): Promise<number> =>
  (
    await pool.query<{ batches: number }>(
      'select count(distinct batch)::int as batches from entry where index >= $1',
      [from],
    )
  ).rows[0]!.batches

const signAndVerifyMicros = (): number => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const times = 2000
  const started = process.cpuUsage()
  for (let i = 0; i < times; i++) {
    const bytes = Buffer.alloc(1500, i)
    if (!verify(null, bytes, publicKey, sign(null, bytes, privateKey)))
      throw new Error('unverified')
  }
  return process.cpuUsage(started).user / times
}
