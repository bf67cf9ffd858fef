import { generateKeyPairSync, randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { withheldOf } from '#core/said/told.ts'
import { shownOf } from '#core/said/said.ts'
import { redactSdJwt, readDisclosure } from '#core/signing/sd-jwt.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { createLog } from '#runtime/process/log.ts'
import { destroyDue } from '#store/log/retention.ts'
import { tellEntries, type ToldRow } from '#store/log/told.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { tablesWith } from '#test/support/canary.ts'
import { rightClock } from '#test/support/clock.ts'
import { matchKey } from '#test/support/match-key.ts'
import { retentionClockAt } from '#test/support/retention-clock.ts'
import { until } from '#test/support/until.ts'
import { followInbox } from '../../../services/hub/intake/inbox.ts'
import { ask, granted, logged, send, world } from './world.ts'

const { pool } = world

const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await pool.query(sql, values)).rowCount ?? 0

/** Runs the part of the hub that logs what waits until a condition holds. */
const follow = async (t: Test, what: string, done: () => Promise<boolean>): Promise<void> => {
  const registry = await loadRegistry(pool)
  const following = followInbox({
    pool,
    matchKey,
    registry: () => registry,
    clock: rightClock,
    signer: createSigner(generateKeyPairSync('ed25519').privateKey),
    everyMs: 20,
    log: createLog({ service: 'test', level: 'silent' }),
  })
  t.teardown(() => following.close())
  await until(what, done)
  await following.close()
}

/** Of what is told now, that about one notice, as its originator is given it. */
const toldOf = async (id: string): Promise<{ to: string; participant: string; said: object }[]> => {
  const told: ToldRow[] = []
  const tell = (rows: readonly ToldRow[]) => {
    told.push(...rows)
    return Promise.resolve(new Set(rows.map(({ to }) => to)))
  }
  while (await tellEntries(pool, tell)) continue
  return told
    .filter(({ aboutId }) => aboutId === id)
    .map(({ to, participant, statement, disclosures, type }) => {
      const made = disclosures.split('~').map(readDisclosure)
      const known = made.filter((one) => one !== undefined)
      return { to, participant, said: shownOf(redactSdJwt(statement, known, withheldOf(type))) }
    })
}

export const inbox = async (t: Test): Promise<void> => {
  const canary = `CANARY-${randomUUID()}`
  const notice = await logged({ handling: { tlp: 'GREEN', codes: ['H2'] } })
  const asked = await ask('KH-ACD', notice, { to: ['VN'], reason: canary })
  const id = String(asked.body['id'])
  const path = `/v1/consent-requests/${id}/answer`
  const end = '2030-01-01T00:00:00.000000Z'
  t.equal((await send('TH-CCIB', path, { ...granted, until: end })).status, 200)
  t.equal((await send('TH-CCIB', path, { ...granted, until: end })).status, 200)
  const entries = `select from entry where event = 'consent' and about_id = $1`

  await t.test('what is said at feeds waits, and is logged once whatever dies', async (t) => {
    t.equal(await count('select from inbox where about_id = $1', [notice.id]), 2, 'each once')
    await pool.query(
      `create function killed() returns trigger language plpgsql as $$
         begin raise exception 'killed'; end $$;
       create trigger killed before delete on inbox execute function killed()`,
    )
    const seen = async () => (await count(entries, [notice.id])) === 2
    await follow(t, 'it is logged, and waits still', seen)
    t.equal(await count('select from inbox where about_id = $1', [notice.id]), 2)
    await pool.query('drop trigger killed on inbox; drop function killed')
    await follow(t, 'nothing waits', async () => (await count('select from inbox')) === 0)
    t.equal(await count(entries, [notice.id]), 2)
    t.equal(await count(`select from quarantine where topic = 'inbox'`), 0)
    const { rows } = await pool.query<{ issuer: string; tokens: string[] }>(
      `select issuer, tokens from entry where event = 'consent' and about_id = $1 order by index`,
      [notice.id],
    )
    t.same(rows, [
      { issuer: 'KH', tokens: ['P:TH'] },
      { issuer: 'TH', tokens: ['P:KH'] },
    ])
  })

  await t.test('the originator is told of both, and of no agency, client or person', async (t) => {
    const told = await toldOf(notice.id)
    t.same(told, [
      {
        to: 'TH',
        participant: 'KH',
        said: {
          saidAt: 'feeds',
          consent: 'question',
          request: id,
          version: 1,
          to: ['VN'],
          reason: canary,
        },
      },
      {
        to: 'TH',
        participant: 'TH',
        said: {
          saidAt: 'feeds',
          consent: 'answer',
          request: id,
          answer: 'granted',
          reason: granted.reason,
          until: end,
        },
      },
    ])
  })

  await t.test('too much that waits is refused by name, and nothing is stored', async (t) => {
    const waiting = String((await ask('KH-ACD', notice, { to: ['JP'], reason: 'r' })).body['id'])
    await pool.query(
      `insert into inbox (id, type, participant, agency, client, about_issuer, about_id, concerns,
         said, at) select gen_random_uuid(), 'consent', 'KH', '', '', 'TH', $1, 'TH', '{}', 1
       from generate_series(1, 10000)`,
      [notice.id],
    )
    const before = await count('select from consent_request')
    const full = { status: 429, body: { code: 'service/too-many-requests' } }
    t.match(await ask('KH-ACD', notice, { to: ['VN'], reason: 'one more' }), full)
    t.match(await send('TH-CCIB', `/v1/consent-requests/${waiting}/answer`, granted), full)
    t.equal(await count('select from consent_request'), before)
    t.equal(await count('select from consent_answer where request = $1', [waiting]), 0)
    await pool.query(`delete from inbox where said = '{}'`)
    t.equal(
      (await send('TH-CCIB', `/v1/consent-requests/${waiting}/answer`, granted)).status,
      200,
      'and can be said later',
    )
    await follow(t, 'it is logged', async () => (await count('select from inbox')) === 0)
  })

  await t.test('it is destroyed with its notice', async (t) => {
    t.ok((await tablesWith(pool, [canary])).includes('entry'))
    await retentionClockAt(pool, 1827)
    const retention = { retentionDays: 1826, victimRetentionDays: 365 }
    for (let more = true; more;)
      ({ more } = await destroyDue(pool, retention, 100, rightClock.trust))
    t.same(await tablesWith(pool, [canary]), [])
  })
}
