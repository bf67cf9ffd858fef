import type { Test } from 'tap'
import { readCandidates } from '#store/log/candidates.ts'
import { world, poolOf, insertTenants } from './world.ts'

export const tenants = async (t: Test): Promise<void> => {
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
}
