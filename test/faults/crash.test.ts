import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import t from 'tap'
import type { Failpoint } from '#runtime/process/failpoint.ts'
import { answered, readFeed } from '#test/support/clients.ts'
import { loadNotices, type Ledger } from '#test/support/load.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'
import { stackFolder } from '#deploy/local/project.ts'

const failpoints = `${stackFolder('test-crash')}-failpoints`
await mkdir(failpoints, { recursive: true })
const { info, supervisor } = await runSystem(t, 'test-crash', {
  env: { FAILPOINT_FOLDER: failpoints, REPUBLISH_AFTER_MS: '1000' },
})

const recoverMs = 60_000
/** `npm run crash` repeats the random kills many times. */
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 1)

/**
 * Every 202 ends in exactly one terminal receipt; accepted means one log entry, and one entry in
 * each entitled reader's feed.
 */
const checkLedger = async (t: Tap, { taken }: Ledger): Promise<void> => {
  const ids = [...taken]
  t.ok(ids.length > 0, `${ids.length} notices were answered 202`)
  await until('all receipts', async () => (await openRows()) === 0, recoverMs)
  for (const id of ids.slice(-20))
    t.match((await answered(info, 'TH', id)).body, { status: 'accepted' })
  const logged = await query<{ id: string; count: number }>(
    info.database.url,
    'select id, count(*)::int as count from entry where id = any($1::uuid[]) group by id',
    [ids],
  )
  t.equal(logged.length, ids.length, 'each is in the notice log')
  t.ok(
    logged.every((r) => r.count === 1),
    'once',
  )
  const feed = await until(
    'all in the feed of KH-ACD',
    async () => {
      const { entries } = await readFeed(info, 'KH-ACD', 'wallet-address')
      const mine = entries.filter((e) => taken.has(e.notice.id))
      return new Set(mine.map((e) => e.notice.id)).size === ids.length ? mine : undefined
    },
    recoverMs,
  )
  t.equal(feed.length, ids.length, 'each is in the feed once')
  t.equal(
    (await readFeed(info, 'VN-C06', 'wallet-address')).entries.filter((e) => taken.has(e.notice.id))
      .length,
    0,
    "and in nobody else's",
  )
  const gaps = await query<{ gaps: number }>(
    info.database.url,
    'select (max(index) - count(*) + 1)::int as gaps from entry',
    [],
  )
  t.equal(gaps[0]!.gaps, 0, 'indexes are gapless')
}

type Tap = { ok: typeof t.ok; equal: typeof t.equal; match: typeof t.match }

const query = async <T>(url: string, sql: string, values: unknown[]): Promise<T[]> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as T[]
  } finally {
    await client.end()
  }
}

const gatewayUrl = info.database.url.replace('switchboard_hub', 'switchboard_gateway_th')
const openRows = async (): Promise<number> =>
  (await query<{ open: number }>(gatewayUrl, 'select count(*)::int as open from open', []))[0]!.open

const kill = async (name: string): Promise<void> => {
  const pid = await until(`${name} runs`, () => supervisor.pids()[name], 10_000)
  process.kill(pid, 'SIGKILL')
  await until(
    `${name} is started again within 2 s`,
    () => supervisor.pids()[name] !== undefined && supervisor.pids()[name] !== pid,
    2500,
  )
}

for (const [name, kills, restMs] of [
  ['gateway-TH', 3 * rounds, 800],
  ['hub', 2 * rounds, 1500],
  ['kafka', rounds, 4000],
  ['postgres', 2 * rounds, 1500],
] as const) {
  await t.test(
    `${name} killed with kill -9 ${kills} times under load: nothing is lost and nothing is doubled`,
    async (t) => {
      const load = loadNotices(info, 'TH', { lanes: 4, pauseMs: 5 })
      for (let i = 0; i < kills; i++) {
        await delay(restMs)
        await kill(name)
      }
      await delay(restMs)
      await checkLedger(t, await load.stop())
    },
  )
}

const points: readonly Failpoint[] = [
  'gateway.validated',
  'gateway.signed',
  'gateway.committed',
  'gateway.published',
  'gateway.receipt-stored',
  'hub.fetched',
  'hub.checked',
  'hub.appended',
  'hub.committed',
  'hub.receipts-sent',
]

await t.test(
  'a crash at each commit point under load: nothing is lost and nothing is doubled',
  async (t) => {
    const load = loadNotices(info, 'TH', { lanes: 4, pauseMs: 5 })
    for (const point of points) {
      await writeFile(`${failpoints}/${point}`, '')
      await until(
        `a process dies at ${point}`,
        async () => !(await readdir(failpoints)).includes(point),
        30_000,
      )
      t.pass(point)
      await delay(500)
    }
    await checkLedger(t, await load.stop())
  },
)

await t.test(
  'while Kafka is down notices are still taken, and a gateway killed meanwhile loses none',
  async (t) => {
    const broker = supervisor.pids()['kafka']!
    process.kill(broker, 'SIGSTOP')
    const load = loadNotices(info, 'TH', { lanes: 2, pauseMs: 20 })
    await until('twenty are taken with no broker', () => load.ledger.taken.size >= 20, 60_000)
    t.ok((await openRows()) >= 20, 'they wait in the outbox')
    await kill('gateway-TH')
    await until('more are taken by the next process', () => load.ledger.taken.size >= 30, 60_000)
    process.kill(broker, 'SIGCONT')
    await checkLedger(t, await load.stop())
  },
)
