import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import t from 'tap'
import { splitEnvelope } from '#core/envelope/envelope.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createLog } from '#runtime/process/log.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Intake, Loggable } from '#store/log/intake.ts'
import { loggedByKey } from '#store/registry/logged-by-key.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { destroyDue } from '#store/log/retention.ts'
import { traceNotice } from '#store/operators/trace.ts'
import { tablesWith, writingsOf } from '#test/support/canary.ts'
import { call, type FeedEntry } from '#test/support/clients.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import {
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { traceView } from '../../services/console/views/trace.ts'
import { whyView } from '../../services/console/views/why.ts'
import { watchRetention } from '../../services/hub/upkeep/retention.ts'

const world = await createFeedsWorld(t)
const { pool } = world
const inMemory = await world.start()
const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })
/** A reader of its own for each, since a withdrawal is told once. */
const both: readonly [where: string, feeds: FeedsProcess, holder: string][] = [
  ['from memory', inMemory, 'KH-ACD'],
  ['from the database', inDatabase, 'KH-RESCUE'],
]
const tokens = Object.fromEntries(
  await Promise.all(
    ['th-ccib', 'kh-acd', 'kh-rescue', 'jp-npa'].map(
      async (c) => [c, await token(inMemory, c)] as const,
    ),
  ),
)
const tokenOf = (agency: string): string => tokens[agency.toLowerCase()]!
const { readAll } = feedReader(tokenOf)

const lines: string[] = []
const log = createLog({
  service: 'test',
  level: 'debug',
  destination: new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString())
      done()
    },
  }),
})
const retention = { retentionDays: 1826, victimRetentionDays: 365 }

/** The clock of the database, so many days from now. */
const clockAt = async (days: number): Promise<void> =>
  void (await pool.query(
    `create or replace function retention_clock() returns bigint language sql stable as $$
      select ${nowMicros() + days * 86_400_000_000}::bigint $$`,
  ))
const of = (entries: readonly FeedEntry[], { id }: Content): FeedEntry[] =>
  entries.filter((e) => e.notice.id === id)
const stays = async (): Promise<unknown[]> =>
  (
    await pool.query(
      `select index, time, event, issuer, id, version, status, kind, encode(digest,
        'hex') as digest, encode(leaf, 'hex') as leaf, tokens from entry where index <= $1
        order by index`,
      [lastIndex],
    )
  ).rows
/** As the owner of the tables, who says that it means to destroy. */
const refusedBy = async (sql: string): Promise<string> => {
  const client = await pool.connect()
  try {
    return await client
      .query(`begin; select set_config('switchboard.destroying', 'yes', true); ${sql}`)
      .then(
        () => 'done',
        (error: Error) => error.message,
      )
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const canary = `CANARY-${randomUUID()}`
const number = '+66819731357'
const secrets = { narrative: `so ${canary} it is`, caseReference: canary, subject: { number } }
const plain = forKh(secrets)
const victim = forKh({ ...secrets, operatorStatus: 'possible-victim' })
const cleared = forKh({ ...secrets, operatorStatus: 'confirmed-victim' })
const revoked = forKh(secrets)
await world.append([
  { content: plain },
  { content: { ...plain, narrative: canary }, version: 2 },
  { content: victim },
  { content: cleared },
  { content: { ...cleared, operatorStatus: 'suspect' }, version: 2 },
  { content: revoked },
  { content: { ...revoked, narrative: undefined, reason: canary }, version: 2, status: 'revoked' },
])

/** What intake makes of bytes, less its checks. */
const signer = createSigner(generateKeyPairSync('ed25519').privateKey)
const intakeOf = async (
  content: Content,
  outcome: (notice: Loggable) => Intake['outcome'],
  more: Partial<Intake> = {},
): Promise<Intake> => {
  const { envelope } = await envelopeOf(signer, content)
  const split = splitEnvelope(Buffer.from(envelope))
  if (!split.ok) throw new Error(split.refusal.code)
  const notice: Loggable = {
    issuer: 'TH',
    id: content.id,
    version: 1,
    status: 'active',
    kind: 'phone-number',
    subjectKey: number,
    canonical: { key: number },
    warnings: [],
    tokens: ['P:TH'],
    registryVersion: 1,
    expires: null,
    victim: false,
    jws: split.value.jws,
    disclosures: split.value.disclosures,
  }
  return {
    participant: 'TH',
    raw: Buffer.from(envelope),
    digest: createHash('sha256').update(envelope).digest(),
    topic: 'submitted.TH',
    partition: 0,
    offset: '1',
    postedAt: null,
    publishedAt: nowMicros(),
    receivedAt: nowMicros(),
    outcome: outcome(notice),
    ...more,
  }
}
const hold = { code: 'never-list/held', detail: canary } as const
const refused = forKh(secrets)
const waiting = forKh(secrets)
const confirmed = forKh(secrets)
const first = await intakeOf(confirmed, (notice) => ({ ok: true, notice: { ...notice, hold } }))
await appendBatch(pool, [
  await intakeOf(refused, () => ({
    ok: false,
    held: false,
    refusal: { code: 'notice/unknown-member', pointer: `/${canary}`, detail: canary },
  })),
  await intakeOf(waiting, (notice) => ({ ok: true, notice: { ...notice, hold } })),
  first,
])
const word = Buffer.from(`a word on ${canary}`)
const { hold: _, ...released } = (first.outcome as Extract<Intake['outcome'], { ok: true }>).notice
await appendBatch(pool, [
  {
    ...first,
    outcome: { ok: true, notice: released },
    confirmation: { raw: word, digest: createHash('sha256').update(word).digest() },
  },
])
await pool.query(
  `insert into consent_request (id, digest, issuer, notice_id, version, participant, agency, client,
    recipients, reason, at) values ($1, '\\x01', 'TH', $2, 2, 'KH', 'KH-ACD', 'kh-acd', '{VN}', $3,
    1)`,
  [randomUUID(), plain.id, canary],
)
await pool.query(
  `insert into consent_answer (request, answer, reason, agency, client, at)
    select id, 'granted', $1, 'TH-CCIB', 'th-ccib', 1 from consent_request`,
  [canary],
)
const submitted = randomUUID()
await pool.query(
  `insert into submission (id, digest, participant, agency, client, body, canonical, warnings, at)
    values ($1, '\\x01', 'EXCHANGE-1', 'EXCHANGE-1', 'exchange-1', $2, $3, '[]', $4)`,
  [submitted, JSON.stringify(secrets), JSON.stringify({ key: number }), nowMicros()],
)
await pool.query(
  `insert into submission_decision (submission, decision, reason, participant, agency, client, at)
    values ($1, 'declined', $2, 'TH', 'TH-CCIB', 'th-ccib', 1)`,
  [submitted, canary],
)
const lastIndex = 7
await world.settled([inMemory, inDatabase])

await t.test('what is not due is kept, whoever asks for it and however', async (t) => {
  t.same(
    await tablesWith(pool, [canary, number]),
    [
      'confirmation',
      'consent_answer',
      'consent_request',
      'entry',
      'quarantine',
      'submission',
      'submission_decision',
    ],
    'the notices lie there',
  )
  t.same(await destroyDue(pool, retention, 100), { notices: 0, more: false })
  await clockAt(364)
  t.same(
    await destroyDue(pool, retention, 100),
    { notices: 0, more: false },
    'a day before the first is due',
  )
  await clockAt(29)
  const empty =
    `statement = '', disclosures = '', canonical = '{}', warnings = ` +
    `'[]', subject_key = '', salt = '', victim = false`
  t.match(await refusedBy(`select destroy_due(0, 0, 100)`), /below the floor/)
  t.match(await refusedBy(`select destroy_due(365, 29, 100)`), /below the floor/)
  t.equal(await refusedBy(`select destroy_due(365, 30, 100)`), 'done')
  t.match(
    await refusedBy(`update entry set ${empty}, destroyed_at = 1`),
    /append-only/,
    'destroying by hand what is younger than the floor',
  )
  await clockAt(400)
  t.match(
    await refusedBy(`update entry set statement = '' where index = 0`),
    /append-only/,
    'a part of it',
  )
  t.match(
    await refusedBy(`update entry set ${empty}, destroyed_at = 1, digest = '' where index = 0`),
    /append-only/,
    'more than its content',
  )
  t.match(
    await refusedBy(`update entry set ${empty} where index = 0`),
    /append-only/,
    'without saying so',
  )
  t.match(
    await refusedBy(`update entry set canonical = '{"key":"+66800000000"}' where index = 0`),
    /append-only/,
    'another content',
  )
  await t.rejects(
    pool.query(`update entry set ${empty}, destroyed_at = 1`),
    /append-only/,
    'who does not mean to is refused before any row',
  )
  t.match(await refusedBy('delete from entry'), /append-only/)
  t.match(await refusedBy('truncate entry'), /append-only|referenced/)
  t.match(await refusedBy(`update confirmation set statement = ''`), /append-only/)
  t.match(await refusedBy(`update consent_request set reason = ''`), /append-only/)
  t.match(await refusedBy(`update consent_answer set answer = 'refused'`), /append-only/)
  t.match(await refusedBy(`update submission set body = 'x'`), /append-only/)
  t.match(
    await refusedBy(`update submission_decision set decision = 'issued', reason = ''`),
    /append-only/,
  )
  t.match(await refusedBy(`update destruction set at = 1; delete from destruction`), /append-only/)
  for (const sql of [
    `update entry set ${empty}, destroyed_at = 1`,
    `update confirmation set statement = ''`,
    `insert into destruction (issuer, notice_id, at, after_days, entries)
      values ('TH', '${plain.id}', 1, 1, 1)`,
  ]) {
    t.match(await refusedBy(`set local role switchboard_service; ${sql}`), /permission denied/)
  }
  t.match(
    await refusedBy(`set local role switchboard_reader; select destroy_due(365, 30, 100)`),
    /permission denied/,
  )
})

await t.test(
  'who held a notice that is destroyed is told so; to everybody else it was never there; its ' +
    'place in the log stays',
  async (t) => {
    await clockAt(0)
    const before = await stays()
    const held = new Map(
      await Promise.all(
        both.map(async ([where, feeds, holder]) => [where, await readAll(feeds, holder)] as const),
      ),
    )
    for (const [where] of both)
      t.match(
        of(held.get(where)!.entries, plain).map((e) => e.event),
        ['notice.published', 'notice.updated'],
        where,
      )
    await until(
      'the ledger has them',
      async () => (await pool.query('select from delivery')).rowCount! >= 2,
    )

    await clockAt(366)
    const watch = watchRetention({
      ...retention,
      pool,
      everyMs: 20,
      onDestroyed: () => undefined,
      log,
    })
    t.teardown(() => watch.close())
    await until(
      'the victim is gone',
      async () => (await traceNotice(pool, victim.id))[0]!.destroyedAt !== null,
    )
    t.equal((await traceNotice(pool, plain.id))[0]!.destroyedAt, null, 'the others are not')
    t.equal(
      (await traceNotice(pool, cleared.id))[0]!.destroyedAt,
      null,
      'the newest version says who is a victim',
    )
    await clockAt(1827)
    await until('all are gone', async () => (await tablesWith(pool, [canary, number])).length === 0)
    t.same(
      await destroyDue(pool, retention, 100),
      { notices: 0, more: false },
      'then nothing is due any more',
    )
    await watch.close()
    t.same(await tablesWith(pool, [canary, number]), [])
    t.same(await stays(), before, 'index, time, leaf and digest are as they were')
    t.same(
      (
        await pool.query(
          `select (max(index) - count(*) + 1)::int as gaps, count(*) filter (where destroyed_at is
            null)::int as kept from entry`,
        )
      ).rows,
      [{ gaps: 0, kept: 0 }],
    )
    await world.settled([inMemory, inDatabase])

    for (const [where, feeds, holder] of both) {
      const answer = async (path: string, agency: string) =>
        call(`${feeds.url}${path}`, tokenOf(agency))
      const told = (await readAll(feeds, holder, { after: held.get(where)!.next })).entries
      for (const notice of [plain, victim])
        t.match(
          of(told, notice).map((e) => [e.event, e.envelope]),
          [['notice.withdrawn', null]],
          `${where}: who held it is told`,
        )
      for (const agency of ['JP-NPA', 'TH-CCIB'])
        t.same((await readAll(feeds, agency)).entries, [], `${where}: ${agency} is handed nothing`)
      const again = JSON.stringify(await readAll(feeds, holder))
      t.notOk(
        writingsOf(canary).some((writing) => again.includes(writing)),
        `${where}: nor is it in what is read again`,
      )
      for (const agency of [holder, 'TH-CCIB'])
        t.equal(
          (await answer(`/v1/notices/${plain.id}`, agency)).status,
          404,
          `${where}: ${agency} by id`,
        )
      t.equal((await call(`${feeds.url}/readyz`, undefined)).status, 200)
    }
    t.ok(lines.some((line) => line.includes('content destroyed')))
    t.notOk(
      lines.some((line) => writingsOf(canary).some((writing) => line.includes(writing))),
      'no log names it',
    )
  },
)

await t.test('the trace says when its content was destroyed, and why still answers', async (t) => {
  const versions = await traceNotice(pool, plain.id)
  const registry = await loadRegistry(pool)
  const [view] = (
    traceView(plain.id, versions, [], registry, nowMicros()) as {
      notices: {
        versions: {
          contentDestroyed: string
          handling: null
          steps: { step: string }[]
          others: { rule: string }[]
        }[]
      }[]
    }
  ).notices
  for (const version of view!.versions)
    t.match(version, { contentDestroyed: /^20/, handling: null })
  t.match(
    view!.versions
      .at(-1)!
      .steps.map((s) => s.step)
      .slice(-2),
    ['expired', 'destroyed'],
  )
  t.ok(view!.versions[0]!.others.every((o) => o.rule === 'destroyed'))
  const why = whyView(
    'KH-ACD',
    versions[0]!,
    versions.at(-1)!,
    { registry, at: versions[0]!.time },
    { registry, at: nowMicros() },
    60_000_000,
  )
  t.match(
    await loggedByKey(pool, { issuer: 'TH', kid: 'any', from: 0, limit: 10 }),
    { entries: [], end: true },
    'nobody knows who signed it',
  )
  t.match(why, {
    asLogged: { content: false, rule: 'destroyed' },
    asOfNow: { content: false, rule: 'destroyed' },
  })
})

await t.test(
  'the same bytes get the same answer for ever; a next version has nothing to follow',
  async (t) => {
    const { answers } = await appendBatch(pool, [first])
    t.match(answers, [{ state: 'accepted', index: 7 }])
    const next = await intakeOf(confirmed, (notice) => ({
      ok: true,
      notice: { ...notice, version: 2 },
    }))
    t.match((await appendBatch(pool, [next])).answers, [
      { state: 'rejected', code: 'notice/final' },
    ])
  },
)
