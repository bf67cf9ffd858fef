import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { readerTokens } from '#core/decide/audience.ts'
import { admitParticipant, withdrawParticipant } from '#core/registry/change.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { readCandidates, readHeldNoticeRows } from '#store/log/candidates.ts'
import { migrations } from '#store/migrations.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { freshDatabase } from '#test/support/database.ts'
import { uniqueName } from '#test/support/names.ts'
import { world, log, poolOf, wall, handlings, notices, tokensOf, insertTenants } from './world.ts'

export const owners = async (t: Test): Promise<void> => {
  const appendOnly = [
    'entry',
    'entry_token',
    'match',
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
      t.ok(
        (await pool.query('select from entry')).rowCount! >= notices.length,
        'sees the whole log',
      )
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
        createPool({
          url,
          max: 1,
          statementTimeoutMs: 20_000,
          applicationName: 'second-wall',
          log,
        }),
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
}
