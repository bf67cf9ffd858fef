import t from 'tap'
import { createFeedsWorld, forKh } from '#test/support/feeds.ts'

const world = await createFeedsWorld(t)

/** Rows that were read of the two tables that intake looks things up in, by any scan. */
const rowsRead = async (): Promise<number> => {
  await world.pool.query('select pg_stat_force_next_flush()')
  const { rows } = await world.pool.query<{ read: number }>(
    `select sum(seq_tup_read + coalesce(idx_tup_read, 0))::int as read from pg_stat_user_tables t
      left join (select relid, sum(idx_tup_read) as idx_tup_read from pg_stat_user_indexes
        group by relid) i using (relid)
      where relname in ('entry', 'quarantine')`,
  )
  return rows[0]!.read
}

await t.test('plans kept from an empty log read no more of it as it grows', async (t) => {
  await world.append([{ content: forKh() }])
  await world.pool.query('vacuum analyze entry, quarantine') // one row is known to be all
  for (let i = 0; i < 10; i++) await world.append([{ content: forKh() }])
  const others = 5000
  await world.pool.query(
    `insert into entry (index, time, event, issuer, id, version, status, kind, digest, statement,
      disclosures, canonical, warnings, tokens, registry_version, salt, leaf, batch, published_at,
      received_at)
     select 100000 + i, 0, 'notice', 'TH', gen_random_uuid(), 1, 'active', 'phone-number', '', 's',
       '', '{}', '[]', '{}', 0, '', '', 0, 0, 0 from generate_series(1, $1::integer) as i`,
    [others],
  )
  await world.pool.query(
    `insert into quarantine (participant, digest, state, code, raw, topic, partition, record_offset,
      received_at, batch)
     select 'TH', int8send(i), 'rejected', 'x', '', 'x', 0, i, 0, 0
       from generate_series(1, $1::integer) as i`,
    [others],
  )
  const before = await rowsRead()
  const content = forKh()
  await world.append([{ content }])
  await world.append([{ content: { ...content, narrative: 'once more' }, version: 2 }])
  const read = (await rowsRead()) - before
  t.ok(read < 100, `${read} rows read for two notices beside ${others}`)
})
