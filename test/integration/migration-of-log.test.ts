import { createHash, generateKeyPairSync } from 'node:crypto'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { createSigner } from '#runtime/keys/signer.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createLog } from '#runtime/process/log.ts'
import { appendBatch } from '#store/log/append.ts'
import { readCandidates } from '#store/log/candidates.ts'
import { destroyDue } from '#store/log/retention.ts'
import { readHead, readNoticeRows, readRows } from '#store/log/rows.ts'
import { migrations } from '#store/migrations.ts'
import { rightClock } from '#test/support/clock.ts'
import { freshDatabase } from '#test/support/database.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { matchKey } from '#test/support/match-key.ts'
import { intakeOf } from '#test/support/intakes.ts'
import { wallet } from '#test/support/notices.ts'
import { feedEntryOf } from '../../services/feeds/reading/feed-entry.ts'

/*
 * A log of the program before version 2 of the contract, with 10⁵ entries in it, is migrated
 * forward and goes on: what was logged is read as before, and what comes now stands behind it.
 */
const lastBefore = 10
const size = 100_000

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)
const pool = createPool({
  url: await freshDatabase(t),
  max: 4,
  statementTimeoutMs: 300_000,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'silent' }),
})
t.teardown(() => pool.end())

const migrateTo = async (last: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  const files = (await readdir(migrations)).filter((name) => Number(name.slice(0, 3)) <= last)
  for (const name of files) await copyFile(new URL(name, migrations), join(folder, name))
  await migrate(pool, pathToFileURL(`${folder}/`), { component: 'hub' })
  await rm(folder, { recursive: true })
}

const id = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

/** Every tenth notice is on a victim, and every hundredth is for Viet Nam too. */
const fill = async (): Promise<void> => {
  const released = (participants: readonly string[], more: object = {}) =>
    envelopeOf(
      signer,
      { handling: { tlp: 'AMBER', release: { participants } }, ...more },
      { contract: 1 },
    )
  const [plain, victim, wide] = await Promise.all([
    released(['KH']),
    released(['KH'], { operatorStatus: 'possible-victim' }),
    released(['KH', 'VN']),
  ])
  const parts = [plain, victim, wide].map(({ envelope }) => {
    const [jws, ...disclosures] = envelope.split('~').slice(0, -1)
    return { jws: jws!, disclosures: disclosures.join('~') }
  })
  await pool.query(
    `with given as (
       select i as index, ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid as id,
         case when i % 100 = 0 then 3 when i % 10 = 0 then 2 else 1 end as which
       from generate_series(0, $1::bigint - 1) as i),
     entries as (
       insert into entry (index, time, event, issuer, id, version, status, kind, subject_key,
         digest, statement, disclosures, canonical, warnings, tokens, registry_version, salt, leaf,
         batch, published_at, received_at, victim)
       select index, index + 1, 'notice', 'TH', id, 1, 'active', 'wallet-address', 'key',
         sha256(int8send(index)), ($2::text[])[which], ($3::text[])[which], '{"key":"key"}', '[]',
         case when which = 3 then '{P:TH,P:KH,P:VN}' else '{P:TH,P:KH}' end::text[], 1,
         sha256(int8send(index)), sha256(int8send(index)), 0, 0, 0, which = 2
       from given)
     insert into entry_token (token, index, kind)
     select unnest(case when which = 3 then '{P:TH,P:KH,P:VN}' else '{P:TH,P:KH}' end::text[]),
       index, 'wallet-address' from given`,
    [size, parts.map((p) => p.jws), parts.map((p) => p.disclosures)],
  )
  await pool.query('update sequencer set next_index = $1, last_time = $1', [size])
}

const int8 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

await migrateTo(lastBefore)
await fill()
await migrate(pool, migrations, { component: 'hub' })

await t.test('what was logged is read as before', async (t) => {
  t.equal(await readHead(pool), size - 1)
  const rows = await readRows(pool, -1, 1000)
  t.equal(rows.length, 1000)
  t.equal(
    rows.filter((row) => feedEntryOf(row).marked.operatorStatus !== 'unknown').length,
    90,
    'each is marked by its own content',
  )
  t.ok(rows.every((row) => row.marking === null && feedEntryOf(row).marked.tlp === 'AMBER'))
  const found = await readCandidates(pool, {
    tokens: ['P:VN'],
    after: -1,
    to: size - 1,
    kind: null,
    limit: 2000,
  })
  t.equal(found.rows.length, size / 100, 'each token leads to its entries')
})

await t.test('the same bytes get the same answer, and what comes now stands behind', async (t) => {
  const content = { ...wallet(), agency: 'TH-CCIB' }
  const { envelope } = await envelopeOf(signer, content)
  const digest = createHash('sha256').update(int8(7)).digest()
  const { answers } = await appendBatch(pool, matchKey, [
    { ...intakeOf(envelope, { ...content, id: id(7) }), digest },
    intakeOf(envelope, content),
  ])
  t.match(answers, [
    { state: 'accepted', index: 7 },
    { state: 'accepted', index: size },
  ])
})

await t.test(
  'a revocation without content takes its audience from a version of before',
  async (t) => {
    const content = { id: id(100), kind: 'wallet-address', agency: 'TH-CCIB', reason: 'wrong' }
    const { envelope } = await envelopeOf(signer, content, { version: 2, status: 'revoked' })
    const revocation = intakeOf(envelope, content, { version: 2, status: 'revoked' })
    t.match((await appendBatch(pool, matchKey, [revocation])).answers, [
      { state: 'accepted', index: size + 1 },
    ])
    const rows = await readNoticeRows(pool, id(100), 'TH', 10)
    t.equal(rows.length, 2)
    t.equal(rows[1]!.tokens.split(' ').toSorted().join(), 'P:KH,P:TH,P:VN')
    t.match(feedEntryOf(rows[1]!).marked, { status: 'revoked', tlp: 'AMBER' })
  },
)

await t.test('content of before is destroyed when its time is over', async (t) => {
  await pool.query(
    `create or replace function retention_clock() returns bigint language sql stable as $$
      select ${nowMicros() + 100 * 86_400_000_000}::bigint $$`,
  )
  const rules = { retentionDays: 30_000, victimRetentionDays: 30 }
  const { notices } = await destroyDue(pool, rules, 500, rightClock.trust)
  t.equal(notices, 500)
  const { rows } = await pool.query<{ destroyed: number; victims: number }>(
    `select count(*) filter (where destroyed_at is not null)::int as destroyed,
       count(*) filter (where victim)::int as victims from entry where event = 'notice'`,
  )
  t.same(rows, [{ destroyed: 500, victims: size / 10 - size / 100 - 500 }])
})
