import { setTimeout as delay } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { Pool, PoolClient } from 'pg'
import { readerTokens } from '#core/decide/audience.ts'
import { admitParticipant, withdrawParticipant } from '#core/registry/change.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { readCandidates, readHeldNoticeRows } from '#store/log/candidates.ts'
import { migrations } from '#store/migrations.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { freshDatabase } from '#test/support/database.ts'
import { uniqueName } from '#test/support/names.ts'
import { createFeedsWorld, forKh, type Content } from '#test/support/feeds.ts'

const world = await createFeedsWorld(t)
const log = createLog({ service: 'test', level: 'fatal' })
const poolOf = (url: string, max: number): Pool => {
  const pool = createPool({
    url,
    max,
    statementTimeoutMs: 20_000,
    applicationName: 'second-wall',
    log,
  })
  // Bounded: of connections that the test itself cuts, one may never tell the pool of its end.
  t.teardown(() => Promise.race([pool.end(), delay(5000)]))
  return pool
}
const wall = poolOf(world.databaseUrl, 2)

/** By hand, so that what is expected does not follow from the code: who holds a token of each. */
const handlings: readonly [string, object, readonly string[]][] = [
  ['RED to an agency', { tlp: 'RED', release: { agencies: ['KH-ACD'] } }, ['TH-CCIB', 'KH-ACD']],
  [
    'AMBER+STRICT to a country',
    { tlp: 'AMBER+STRICT', release: { participants: ['VN'] } },
    ['TH-CCIB', 'VN-C06'],
  ],
  ['AMBER to nobody', { tlp: 'AMBER' }, ['TH-CCIB']],
  [
    'AMBER to every member',
    { tlp: 'AMBER', release: { participants: ['*'] } },
    ['TH-CCIB', 'KH-ACD', 'VN-C06'],
  ],
  ['AMBER to a group', { tlp: 'AMBER', release: { groups: ['MEKONG'] } }, ['TH-CCIB', 'KH-ACD']],
  [
    'AMBER to a partner',
    { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } },
    ['TH-CCIB', 'EXCHANGE-1'],
  ],
  ['GREEN', { tlp: 'GREEN' }, ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA']],
  ['CLEAR', { tlp: 'CLEAR' }, ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1']],
]
const notices = handlings.map(([, handling]): Content => forKh({ handling }))
await world.append(notices.map((content) => ({ content })))

const readers = {
  'TH-CCIB': 'TH',
  'KH-ACD': 'KH',
  'VN-C06': 'VN',
  'JP-NPA': 'JP',
  'EXCHANGE-1': 'EXCHANGE-1',
}
const tokensOf = async (agency: string): Promise<string[]> =>
  readerTokens(
    { participant: readers[agency as keyof typeof readers], agency },
    await loadRegistry(world.pool),
    nowMicros(),
  )

const asReader = async <T>(
  pool: Pool,
  tokens: readonly string[] | undefined,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect()
  try {
    await client.query('begin; set local role switchboard_reader')
    if (tokens !== undefined)
      await client.query(`select set_config('switchboard.tokens', $1, true)`, [tokens.join(' ')])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}
const idsSeen = async (client: PoolClient): Promise<string[]> =>
  (await client.query<{ id: string }>('select id from entry order by index')).rows.map((r) => r.id)

await t.test(
  'asked for everything, the database gives a reader only what carries a token it holds',
  async (t) => {
    for (const agency of Object.keys(readers)) {
      const seen = await asReader(wall, await tokensOf(agency), idsSeen)
      const due = notices.filter((_, i) => handlings[i]![2].includes(agency)).map((n) => n.id)
      t.strictSame(seen, due, agency)
      const { rows } = await asReader(wall, await tokensOf(agency), (c) =>
        c.query<{ id: string }>(
          `select distinct e.id, e.index from entry_token x join entry e using (index)
            order by e.index`,
        ),
      )
      t.strictSame(
        rows.map((r) => r.id),
        due,
        `${agency}: through the index of tokens`,
      )
    }
  },
)

await t.test('without tokens there is nothing: unset, empty, blank, made up', async (t) => {
  for (const tokens of [undefined, [], [''], ['', ''], ['*'], ['%'], ['P:'], ["'"], ['W:P:TH']]) {
    t.strictSame(await asReader(wall, tokens, idsSeen), [], JSON.stringify(tokens))
    t.strictSame(
      (await asReader(wall, tokens, (c) => c.query('select * from entry_token'))).rows,
      [],
      JSON.stringify(tokens),
    )
  }
})

await t.test(
  'the reads of the feeds go through the wall: another reader’s tokens in the question open ' +
    'nothing',
  async (t) => {
    const everything = { after: -1, to: notices.length - 1, kind: null, limit: 100 }
    for (const agency of Object.keys(readers)) {
      const tokens = await tokensOf(agency)
      const { rows } = await readCandidates(wall, { ...everything, tokens })
      t.strictSame(
        rows.map((r) => r.id),
        notices.filter((_, i) => handlings[i]![2].includes(agency)).map((n) => n.id),
        agency,
      )
      for (const [i, { id }] of notices.entries()) {
        t.equal(
          (await readHeldNoticeRows(wall, tokens, id, undefined, 10)).length,
          handlings[i]![2].includes(agency) ? 1 : 0,
          `${agency} by id: ${handlings[i]![0]}`,
        )
      }
    }
    // What a read would answer if the program asked with every token there is and set only the
    // reader's own.
    const all = (
      await world.pool.query<{ token: string }>('select distinct token from entry_token')
    ).rows.map((r) => r.token)
    const joined = await asReader(wall, await tokensOf('JP-NPA'), (c) =>
      c.query<{ id: string }>(
        `select distinct e.id from entry_token x join entry e using (index)
          where x.token = any ($1)`,
        [all],
      ),
    )
    t.strictSame(
      joined.rows.map((r) => r.id).sort(),
      notices
        .filter((_, i) => handlings[i]![2].includes('JP-NPA'))
        .map((n) => n.id)
        .sort(),
    )
  },
)

await t.test(
  'a withdrawn reader’s token tells it the index of what withdraws, and no content',
  async (t) => {
    const content = forKh()
    await world.append([
      { content },
      {
        content: { ...content, handling: { tlp: 'AMBER', release: { participants: ['VN'] } } },
        version: 2,
      },
    ])
    const tokens = await tokensOf('KH-ACD')
    const head = (
      await world.pool.query<{ head: number }>('select next_index - 1 as head from sequencer')
    ).rows[0]!.head
    const { rows, withdrawn } = await readCandidates(wall, {
      tokens,
      after: head - 2,
      to: head,
      kind: null,
      limit: 10,
    })
    t.strictSame(
      rows.map((r) => r.version),
      [1],
    )
    t.strictSame(withdrawn, [head])
    t.strictSame(
      (await readHeldNoticeRows(wall, tokens, content.id, undefined, 10)).map((r) => r.version),
      [1],
    )
  },
)

await t.test(
  'the role reads the log and nothing else, and neither writes nor leaves its row filter',
  async (t) => {
    const tokens = await tokensOf('TH-CCIB')
    const tables = (
      await world.pool.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public'`,
      )
    ).rows.map((r) => r.name)
    for (const name of tables.filter((n) => n !== 'entry' && n !== 'entry_token')) {
      await t.rejects(
        asReader(wall, tokens, (c) => c.query(`select * from ${name}`)),
        { code: '42501' },
        `read ${name}`,
      )
    }
    for (const sql of [
      "insert into entry_token values ('P:KH', 0, 'x')",
      "update entry set tokens = '{members}'",
      'delete from entry',
      'truncate entry_token',
      'alter table entry disable row level security',
      'drop policy entry_reader on entry',
    ]) {
      await t.rejects(
        asReader(wall, tokens, (c) => c.query(sql)),
        { code: '42501' },
        sql,
      )
    }
    await t.rejects(
      asReader(wall, tokens, (c) => c.query('set local row_security = off; select * from entry')),
      { code: '42501' },
      'row_security = off',
    )
    const { rows } = await world.pool.query<{ name: string }>(
      `select rolname as name from pg_roles where rolname like 'switchboard\\_%' and (rolsuper
        or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb)`,
    )
    t.strictSame(rows, [], 'no role is more than it must be')
    const owned = await world.pool.query(
      `select from pg_class where relname in ('entry', 'entry_token') and (not relrowsecurity
        or not relforcerowsecurity or pg_get_userbyid(relowner) like 'switchboard\\_%')`,
    )
    t.equal(owned.rowCount, 0, 'enforced on the owner, too')
  },
)

/** One entry for each tenant, that it alone may see. */
const insertTenants = async (pool: Pool, count: number): Promise<void> => {
  await pool.query(
    `insert into entry (index, time, event, issuer, id, version, status, kind, subject_key, digest,
      statement, disclosures, canonical, warnings, tokens, registry_version, salt, leaf, batch,
      published_at, received_at)
     select 100000 + i, 0, 'notice', 'T' || i, gen_random_uuid(), 1, 'active', 'phone-number', 'x',
     '', 's', '', '{}', '[]', array['P:T' || i], 0, '', '', 0, 0, 0
     from generate_series(0, $1::integer - 1) as i`,
    [count],
  )
  await pool.query(
    `insert into entry_token select 'P:T' || i, 100000 + i, 'phone-number'
      from generate_series(0, $1::integer - 1) as i`,
    [count],
  )
}

await t.test(
  '200 tenants over two connections, with transactions that break off: no one gets what ' +
    'another holds',
  { timeout: 60_000 },
  async (t) => {
    const tenants = Array.from({ length: 200 }, (_, i) => `P:T${i}`)
    await insertTenants(world.pool, tenants.length)
    const pool = poolOf(world.databaseUrl, 2)
    const turn = async (tenant: string, i: number): Promise<string | undefined> => {
      const breaks = (i * 7919) % 10
      if (breaks === 0) {
        // in the middle of a transaction, given back as it is
        const client = await pool.connect()
        await client.query(
          `begin; set local role switchboard_reader;
            select set_config('switchboard.tokens', '${tenant}', true)`,
        )
        await client.query('select 1/0').catch(() => undefined)
        client.release(i % 20 === 0)
        return undefined
      }
      if (breaks === 1) {
        // killed from outside
        const client = await pool.connect()
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
        const killed = client.query('select pg_sleep(5)').catch(() => undefined)
        await world.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
        await killed
        client.release(true)
        return undefined
      }
      const { rows } = await readCandidates(pool, {
        tokens: [tenant],
        after: 99_999,
        to: 200_000,
        kind: null,
        limit: 10,
      })
      return rows.map((r) => r.issuer).join()
    }
    const leaks: string[] = []
    let read = 0
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        tenants.map(async (tenant, i) => {
          const seen = await turn(tenant, i + round).catch((error: unknown) =>
            (error as { code?: string }).code === '25P02'
              ? undefined
              : Promise.reject(error as Error),
          )
          if (seen === undefined) return
          read++
          if (seen !== tenant.slice(2)) leaks.push(`${tenant} got ${seen}`)
        }),
      )
    }
    t.strictSame(leaks, [])
    t.ok(read > 500, `${read} reads`)
    const state = await pool.query<{ role: string; tokens: string | null }>(
      `select current_user as role, current_setting('switchboard.tokens', true) as tokens`,
    )
    t.not(state.rows[0]!.role, 'switchboard_reader', 'a connection comes back as it was')
    t.notOk(state.rows[0]!.tokens, 'without tokens')
  },
)

const appendOnly = [
  'entry',
  'entry_token',
  'registry_change',
  'offer',
  'delivery',
  'acknowledgement',
  'consent_request',
  'consent_answer',
  'submission',
  'submission_decision',
]

await t.test(
  'what is append-only refuses to be changed, by the services’ role for lack of the right and ' +
    'by its owner, too',
  async (t) => {
    for (const table of appendOnly) {
      const { rows } = await world.pool.query<{ column: string }>(
        `select attname as column from pg_attribute where attrelid = $1::regclass and attnum = 2`,
        [table],
      )
      const statements = [
        `update ${table} set ${rows[0]!.column} = ${rows[0]!.column}`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
      ]
      for (const sql of statements) {
        await t.rejects(world.pool.query(sql), /append-only/, `owner: ${sql}`)
        await t.rejects(
          world.pool.query(`set role switchboard_service; ${sql}`),
          { code: '42501' },
          `service: ${sql}`,
        )
      }
    }
  },
)

await t.test(
  'the services’ role sees the whole log, and reads for a reader through the wall',
  async (t) => {
    const asService = Object.assign(new URL(world.databaseUrl), {
      search: `?options=${encodeURIComponent('-c role=switchboard_service')}`,
    }).href
    const pool = poolOf(asService, 2)
    t.equal(
      (await pool.query<{ name: string }>('select current_user as name')).rows[0]!.name,
      'switchboard_service',
    )
    t.ok((await pool.query('select from entry')).rowCount! >= notices.length, 'sees the whole log')
    const { rows } = await readCandidates(pool, {
      tokens: await tokensOf('JP-NPA'),
      after: -1,
      to: notices.length - 1,
      kind: null,
      limit: 100,
    })
    t.strictSame(
      rows.map((r) => r.id),
      notices.filter((_, i) => handlings[i]![2].includes('JP-NPA')).map((n) => n.id),
      'and reads for a reader through the wall',
    )
  },
)

await t.test('a reader that lost its standing holds nothing', async (t) => {
  await world.change(admitParticipant({ id: 'XX', name: 'XX', type: 'member' }))
  await world.change(withdrawParticipant('XX'))
  t.strictSame(
    readerTokens(
      { participant: 'XX', agency: 'XX-1' },
      await loadRegistry(world.pool),
      nowMicros(),
    ),
    [],
  )
  t.strictSame(
    await readCandidates(wall, { tokens: [], after: -1, to: 10, kind: null, limit: 10 }),
    { rows: [], withdrawn: [], scannedTo: 10 },
  )
  t.strictSame(await readHeldNoticeRows(wall, [], notices[0]!.id, undefined, 10), [])
  t.strictSame(await readHeldNoticeRows(wall, ['members'], randomUUID(), undefined, 10), [])
})

await t.test(
  'an owner of the tables that is no superuser keeps the log, and reads for a reader through ' +
    'the wall',
  async (t) => {
    const [name, password] = [uniqueName('owner'), randomUUID()]
    await world.pool.query(`create role ${name} login createrole password '${password}'`)
    t.teardown(() => world.pool.query(`drop role if exists ${name}`)) // after its database
    const url = new URL(await freshDatabase(t))
    const maker = poolOf(world.databaseUrl, 1)
    await maker.query(
      `grant switchboard_reader, switchboard_service to ${name} ` +
        'with admin option, inherit false, set false',
    ) // as CREATEROLE gives them to who makes them
    await maker.query(`alter database "${url.pathname.slice(1)}" owner to ${name}`)
    const pool = poolOf(Object.assign(new URL(url), { username: name, password }).href, 2)
    await migrate(pool, migrations, { component: 'hub' })
    await insertTenants(pool, 3)
    t.equal((await pool.query('select from entry')).rowCount, 3)
    t.strictSame(
      (
        await readCandidates(pool, {
          tokens: ['P:T1'],
          after: -1,
          to: 200_000,
          kind: null,
          limit: 10,
        })
      ).rows.map((r) => r.issuer),
      ['T1'],
    )
  },
)

await t.test(
  'several databases of one server are brought up at the same time, roles and all',
  { timeout: 60_000 },
  async (t) => {
    const urls = await Promise.all(Array.from({ length: 4 }, () => freshDatabase(t)))
    const pools = urls.map((url) =>
      createPool({ url, max: 1, statementTimeoutMs: 20_000, applicationName: 'second-wall', log }),
    )
    try {
      const applied = await Promise.all(
        pools.map((pool) => migrate(pool, migrations, { component: 'hub' })),
      )
      for (const names of applied) t.ok(names.includes('005_second-wall.sql'))
    } finally {
      await Promise.all(pools.map((pool) => pool.end()))
    }
  },
)
