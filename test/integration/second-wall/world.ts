import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Pool, PoolClient } from 'pg'
import { readerTokens } from '#core/decide/audience.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { createFeedsWorld, forKh, type Content } from '#test/support/feeds.ts'

export const world = await createFeedsWorld(t)

export const log = createLog({ service: 'test', level: 'fatal' })

export const poolOf = (url: string, max: number): Pool => {
  const pool = createPool({
    url,
    max,
    statementTimeoutMs: 20_000,
    applicationName: 'second-wall',
    log,
  })
  // Bounded, because a connection that the test cuts may never report its end to the pool.
  t.teardown(() => Promise.race([pool.end(), delay(5000)]))
  return pool
}

export const wall = poolOf(world.databaseUrl, 2)

/**
 * Written by hand, so that the expected result does not follow from the code: who holds a token of
 * each notice.
 */
export const handlings: readonly [string, object, readonly string[]][] = [
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

export const notices = handlings.map(([, handling]): Content => forKh({ handling }))

await world.append(notices.map((content) => ({ content })))

export const readers = {
  'TH-CCIB': 'TH',
  'KH-ACD': 'KH',
  'VN-C06': 'VN',
  'JP-NPA': 'JP',
  'EXCHANGE-1': 'EXCHANGE-1',
}

export const tokensOf = async (agency: string): Promise<string[]> =>
  readerTokens(
    { participant: readers[agency as keyof typeof readers], agency },
    await loadRegistry(world.pool),
    nowMicros(),
  )

export const asReader = async <T>(
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

/** One entry for each tenant, which that tenant alone may see. */
export const insertTenants = async (pool: Pool, count: number): Promise<void> => {
  await pool.query(
    `insert into entry (index, time, event, issuer, id, version, status, kind, digest,
      statement, disclosures, canonical, warnings, tokens, registry_version, salt, leaf, batch,
      published_at, received_at)
     select 100000 + i, 0, 'notice', 'T' || i, gen_random_uuid(), 1, 'active', 'phone-number',
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
