import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Failpoint } from '#runtime/process/failpoint.ts'
import { answered, readFeed, statusOf } from '#test/support/clients.ts'
import { queryOnce } from '#test/support/database.ts'
import { loadNotices, loadReactions, type Ledger } from '#test/support/load.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'
import { demoGateways } from '#deploy/local/demo/registry.ts'
import { stackFolder } from '#deploy/local/project.ts'

const failpoints = `${stackFolder('test-crash')}-failpoints`
await mkdir(failpoints, { recursive: true })
const { info, supervisor, databases } = await runSystem(t, 'test-crash', {
  env: { FAILPOINT_FOLDER: failpoints, REPUBLISH_AFTER_MS: '1000' },
})

const recoverMs = 120_000
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
  const logged = await queryOnce<{ id: string; count: number }>(
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
  const gaps = await queryOnce<{ gaps: number }>(
    info.database.url,
    'select (max(index) - count(*) + 1)::int as gaps from entry',
    [],
  )
  t.equal(gaps[0]!.gaps, 0, 'indexes are gapless')
}

/** TH sends notices, and KH reacts to as many as it can. */
const loadBoth = (
  options: Parameters<typeof loadNotices>[2],
): { ledger: Ledger; stopAndCheck: (t: Tap) => Promise<void> } => {
  const notices = loadNotices(info, 'TH', options)
  const { taken } = notices.ledger
  const reactions = loadReactions(info, 'KH', { issuer: 'TH', taken })
  return {
    ledger: notices.ledger,
    stopAndCheck: async (t) => {
      const [ledger, reacted] = await Promise.all([notices.stop(), reactions.stop()])
      await checkLedger(t, ledger)
      await checkReactions(t, [...reacted])
    },
  }
}

/** Each reaction is one log entry, and its originator is told of it once. */
const checkReactions = async (t: Tap, notices: readonly string[]): Promise<void> => {
  t.ok(notices.length > 0, `${notices.length} reactions were accepted`)
  const counted = (url: string, from: string): Promise<{ count: number }[]> =>
    queryOnce(
      url,
      `select count(*)::int as count from ${from} where about_id = any($1::uuid[])
       group by about_id`,
      [notices],
    )
  const each = notices.map(() => ({ count: 1 }))
  t.same(await counted(info.database.url, 'entry'), each, 'each is in the log once')
  const told = await until(
    'the originator is told of all',
    async () => {
      const rows = await counted(gatewayUrl, 'told')
      return rows.length === notices.length ? rows : undefined
    },
    recoverMs,
  )
  t.same(told, each, 'and counts each once')
  for (const id of notices.slice(-5))
    t.match((await statusOf(info, 'TH', id)).body, { reactions: [{ participant: 'KH', note: id }] })
}

type Tap = { ok: typeof t.ok; equal: typeof t.equal; match: typeof t.match; same: typeof t.same }

const gatewayUrl = databases.gateways[demoGateways.indexOf('TH')]!.owner
const openRows = async (): Promise<number> =>
  (await queryOnce<{ open: number }>(gatewayUrl, 'select count(*)::int as open from open', []))[0]!
    .open

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
      const load = loadBoth({ lanes: 4, pauseMs: 5 })
      for (let i = 0; i < kills; i++) {
        await delay(restMs)
        await kill(name)
      }
      await delay(restMs)
      await load.stopAndCheck(t)
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
  'hub.told',
]

await t.test(
  'a crash at each commit point under load: nothing is lost and nothing is doubled',
  async (t) => {
    const load = loadBoth({ lanes: 4, pauseMs: 5 })
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
    await load.stopAndCheck(t)
  },
)

await t.test(
  'while Kafka is down notices are still taken, and a gateway killed meanwhile loses none',
  async (t) => {
    const broker = supervisor.pids()['kafka']!
    process.kill(broker, 'SIGSTOP')
    const load = loadBoth({ lanes: 2, pauseMs: 20 })
    await until('twenty are taken with no broker', () => load.ledger.taken.size >= 20, 60_000)
    t.ok((await openRows()) >= 20, 'they wait in the outbox')
    await kill('gateway-TH')
    await until('more are taken by the next process', () => load.ledger.taken.size >= 30, 60_000)
    process.kill(broker, 'SIGCONT')
    await load.stopAndCheck(t)
  },
)

await t.test(
  'a crash within the change-over leaves nothing of it, and the next start does it once',
  async (t) => {
    const said = `submission where type = 'still-open'`
    const forget = `delete from answer where seq in (select seq from ${said}); delete from ${said};
      update change_over set at = null`
    process.kill(supervisor.pids()['gateway-TH']!, 'SIGSTOP')
    await queryOnce(gatewayUrl, forget)
    const point: Failpoint = 'gateway.changing-over'
    await writeFile(`${failpoints}/${point}`, '')
    process.kill(supervisor.pids()['gateway-TH']!, 'SIGKILL')
    await until('it dies', async () => !(await readdir(failpoints)).includes(point), 30_000)
    // waits for what the dead process held
    const left = `select at from change_over for update`
    t.same(await queryOnce(gatewayUrl, left), [{ at: null }])
    t.same(await queryOnce(gatewayUrl, `select from ${said}`), [])
    const load = loadBoth({ lanes: 2, pauseMs: 20 })
    const done = await until(
      'the next start says it',
      async () => {
        const rows = await queryOnce<{ id: string }>(
          gatewayUrl,
          `select id from ${said} and seq in (select seq from answer where state = 'accepted')`,
        )
        return rows.length > 0 ? rows : undefined
      },
      recoverMs,
    )
    await kill('gateway-TH')
    await load.stopAndCheck(t)
    t.same(await queryOnce(gatewayUrl, `select id from ${said}`), done, 'once')
    t.match(await queryOnce(gatewayUrl, 'select at from change_over'), [{ at: /^\d+$/ }])
    t.equal(
      (await queryOnce(info.database.url, 'select from entry where id = $1', [done[0]!.id])).length,
      1,
    )
  },
)
