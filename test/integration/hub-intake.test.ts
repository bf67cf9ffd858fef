import { createHash, generateKeyPairSync } from 'node:crypto'
import kafkajs from 'kafkajs'
import t from 'tap'
import { hubAudience } from '#core/envelope/envelope.ts'
import { commonNeverList, neverListOf } from '#core/identifiers/never-list.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import {
  readVersioned,
  schemaVersions,
  type SchemaVersion,
  type SchemaVersions,
} from '#core/schema/versions.ts'
import { refuse } from '#core/refusal.ts'
import { signStatement } from '#core/signing/statement.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { applyTopics } from '#runtime/kafka/topics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import type { Answer } from '#store/log/intake.ts'
import { migrations } from '#store/migrations.ts'
import { readHeldBytes } from '#store/log/quarantine.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { importRegistry } from '#store/registry/import.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'
import { freshDatabase } from '#test/support/database.ts'
import { envelopeOf, withPayload } from '#test/support/envelopes.ts'
import { check, takeIn, type IntakeDeps } from '../../services/hub/intake/intake.ts'
import { createIntakeMetrics } from '../../services/hub/metrics.ts'
import { recheckHeld } from '../../services/hub/intake/recheck.ts'

const log = createLog({ service: 'test', level: 'silent' })
const pool = createPool({ url: await freshDatabase(t), max: 4, applicationName: 'test', log })
t.teardown(() => pool.end())
await migrate(pool, migrations, { component: 'hub' })

const { privateKey } = generateKeyPairSync('ed25519')
const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk
const th = createSigner(privateKey)
await importRegistry(
  pool,
  { who: 'test', why: 'test' },
  {
    participants: ['TH', 'KH'].map((id) => ({ id, type: 'member', name: id })),
    agencies: [
      {
        id: 'TH-CCIB',
        participant: 'TH',
        name: 'CCIB',
        rights: ['read', 'submit'],
        purposes: ['criminal-investigation'],
        roles: [],
      },
    ],
    keys: [{ owner: 'TH', purpose: 'notice', jwk: { kty, crv, x } }],
  },
)
const registry = await loadRegistry(pool)

/** What a hub answered, by the digest of what it answered. */
const answers = new Map<string, Answer>()
const metrics = createIntakeMetrics(createMetrics('test'))
const hub = (schemas: SchemaVersions): IntakeDeps => ({
  pool,
  registry: () => registry,
  metrics,
  log,
  rules: {
    neverList: neverListOf(commonNeverList()),
    schemas,
    heldBytes: (participant, digest) => readHeldBytes(pool, participant, digest),
  },
  receipts: {
    send: async (appended, records) => {
      for (const [i, { digest }] of records.entries())
        answers.set(digest.toString('hex'), appended.answers[i]!)
    },
  },
})

let offset = 0
const submit = async (text: string, deps: IntakeDeps): Promise<Answer> => {
  const record = {
    topic: 'submitted.TH',
    partition: 0,
    offset: String(offset++),
    timestampMs: Date.now(),
    key: 'k',
    value: Buffer.from(text),
    headers: {},
    lag: 0,
  }
  await takeIn(await check([record], deps), deps)
  return answers.get(createHash('sha256').update(text).digest('hex'))!
}

/**
 * A later version of the contract, whose payload says how urgent a notice is; what is read of it
 * has the form of version 1.
 */
const later = (version: number): SchemaVersion => ({
  version,
  read: (payload) => {
    const { urgency, ...rest } = payload as Record<string, unknown>
    return urgency === undefined
      ? refuse('notice/missing-member', '/urgency')
      : schemaVersions[0].read({ ...rest, schema: 'notice/1' })
  },
})
const envelopeIn = async (version: number): Promise<string> =>
  version === 1
    ? (await envelopeOf(th)).envelope
    : withPayload(
        (await envelopeOf(th)).envelope,
        (p) => ({ ...p, schema: `notice/${version}`, urgency: 'high' }),
        th,
      )

const splitId = (envelope: string): string =>
  (JSON.parse(Buffer.from(envelope.split('.')[1]!, 'base64url').toString()) as { id: string }).id

await t.test(
  'a hub reads its version of the contract and the one before, holds later ones and refuses ' +
    'earlier ones',
  async (t) => {
    const hubs: Readonly<Record<number, SchemaVersions>> = {
      1: schemaVersions,
      2: [later(2), schemaVersions[0]],
      3: [later(3), later(2)],
    }
    const matrix = [
      [1, 1, 'accepted'],
      [1, 2, 'held'],
      [1, 3, 'held'],
      [2, 1, 'accepted'],
      [2, 2, 'accepted'],
      [2, 3, 'held'],
      [3, 1, 'rejected', 'envelope/old-schema'],
      [3, 2, 'accepted'],
      [3, 3, 'accepted'],
      [3, 4, 'held'],
    ] as const
    for (const [
      n,
      sent,
      state,
      code = state === 'held' ? 'envelope/unknown-schema' : undefined,
    ] of matrix) {
      const answer = await submit(await envelopeIn(sent), hub(hubs[n]!))
      t.same(
        [answer.state, answer.code],
        [state, code],
        `a hub of version ${n} and an envelope of version ${sent}`,
      )
    }
    t.match(readVersioned({ schema: 'notice/1' }, hubs[3]!), {
      refusal: { code: 'envelope/old-schema', detail: 'notice/3, notice/2 are read' },
    })
    for (const schema of ['notice/01', 'notice/0', 'notice/-1', 'notice/x', 'other/1', ''])
      t.match(
        readVersioned({ schema }, hubs[3]!),
        { refusal: { code: 'envelope/unknown-schema' } },
        `"${schema}"`,
      )
    const short = await withPayload(
      (await envelopeOf(th)).envelope,
      (p) => ({ ...p, schema: 'notice/2' }),
      th,
    )
    t.match(
      await submit(short, hub(hubs[2]!)),
      { state: 'rejected', code: 'notice/missing-member', pointer: '/urgency' },
      'each version is read by its own schema',
    )
  },
)

await t.test(
  'what is held for its version is answered when a hub that knows the version starts, and ' +
    'logged once',
  async (t) => {
    const [second, third] = [await envelopeIn(2), await envelopeIn(3)]
    const faulty = await withPayload(
      (await envelopeOf(th)).envelope,
      (p) => ({ ...p, schema: 'notice/2' }),
      th,
    )
    for (const text of [second, third, faulty])
      t.match(await submit(text, hub(schemaVersions)), { state: 'held' })
    answers.clear()
    const upgraded = hub([later(2), schemaVersions[0]])
    t.ok((await recheckHeld(upgraded, new AbortController().signal)) >= 2)
    const answerTo = (text: string): Answer | undefined =>
      answers.get(createHash('sha256').update(text).digest('hex'))
    t.match(answerTo(second), { state: 'accepted' })
    t.match(answerTo(faulty), { state: 'rejected', code: 'notice/missing-member' })
    t.equal(answerTo(third), undefined, 'what is unknown still is held still')
    t.equal(
      await recheckHeld(upgraded, new AbortController().signal),
      0,
      'the next start finds nothing to do',
    )
    t.match(
      await submit(second, upgraded),
      { state: 'accepted', index: answerTo(second)!.index },
      'and the same bytes get the same answer',
    )
    const { rows } = await pool.query('select (max(index) - count(*) + 1)::int as gaps from entry')
    t.same(rows, [{ gaps: 0 }])
  },
)

await t.test(
  'a record that meets a fault of the program is held by itself, and answered when the ' +
    'program is mended',
  async (t) => {
    const deps = hub(schemaVersions)
    const [good, fatal] = [(await envelopeOf(th)).envelope, (await envelopeOf(th)).envelope]
    const digest = createHash('sha256').update(fatal).digest('hex')
    const id = splitId(fatal)
    const broken: IntakeDeps = {
      ...deps,
      rules: {
        ...deps.rules,
        schemas: [
          {
            version: 1,
            read: (payload) =>
              (payload as { id: string }).id === id
                ? (null as unknown as { read: () => never }).read()
                : schemaVersions[0].read(payload),
          },
        ],
      },
    }
    const records = [good, fatal].map((text) => ({
      topic: 'submitted.TH',
      partition: 0,
      offset: String(offset++),
      timestampMs: Date.now(),
      key: 'k',
      value: Buffer.from(text),
      headers: {},
      lag: 0,
    }))
    await takeIn(await check(records, broken), broken)
    t.match(
      answers.get(createHash('sha256').update(good).digest('hex')),
      { state: 'accepted' },
      'its neighbour is not touched',
    )
    t.match(answers.get(digest), { state: 'held', code: 'envelope/not-checked' })
    t.ok((await recheckHeld(deps, new AbortController().signal)) >= 1)
    t.match(answers.get(digest), { state: 'accepted' })
  },
)

const listed = (more: object = {}) =>
  envelopeOf(th, {
    kind: 'phone-number',
    subject: { number: '191', defaultCountry: 'TH' },
    ...more,
  })
const confirmation = async (digest: string): Promise<string> =>
  (
    await signStatement(
      {
        iss: 'TH',
        aud: hubAudience,
        iat: Math.floor(Date.now() / 1000),
        statement: 'confirm-held',
        digest,
        reason: 'spoofed',
      },
      th,
    )
  ).text
const now = hub(schemaVersions)
const stateOf = async (digest: string): Promise<unknown> =>
  (
    await pool.query<{ state: string }>(
      `select state from quarantine where digest = decode($1, 'hex')`,
      [digest],
    )
  ).rows[0]?.state
const logged = async (id: string): Promise<number> =>
  (await pool.query('select from entry where id = $1', [id])).rowCount!
/** Answered under the digest of what it confirms. */
const confirm = async (digest: string, deps = now): Promise<Answer | undefined> => {
  answers.delete(digest)
  await submit(await confirmation(digest), deps)
  return answers.get(digest)
}

await t.test(
  'a confirmation is written with the entry it lets in, or not at all, and counts once ' +
    'however often it comes',
  async (t) => {
    const { id, digest, envelope } = await listed()
    t.match(await submit(envelope, now), {
      state: 'held',
      code: 'never-list/held',
      pointer: '/subject',
      detail: /police/,
    })
    t.match(await submit(envelope, now), { state: 'held' }, 'the gateway sends it again')
    await pool.query(
      'create function fail() returns trigger language plpgsql as $$ ' +
        `begin raise exception 'away'; end $$; create trigger fail ` +
        'before insert on confirmation execute function fail()',
    )
    await t.rejects(confirm(digest), /away/)
    t.same(
      [await stateOf(digest), await logged(id)],
      ['held', 0],
      'if it cannot be kept nothing is logged',
    )
    await pool.query('drop trigger fail on confirmation')
    await t.rejects(
      confirm(digest, {
        ...now,
        receipts: { send: async () => Promise.reject(new Error('killed')) },
      }),
      /killed/,
      'it dies once it is durable',
    )
    t.same([await stateOf(digest), await logged(id)], ['released', 1])
    const first = await confirm(digest)
    t.match(first, { state: 'accepted', id, index: Number })
    t.same(await confirm(digest), first, 'redelivered, it gets the same answer')
    t.match(
      await submit(envelope, now),
      { state: 'accepted', index: first!.index! },
      'and so do the bytes it confirmed',
    )
    t.same([await logged(id), (await pool.query('select from confirmation')).rowCount], [1, 1])
  },
)

await t.test('what is confirmed is checked as if it came now', async (t) => {
  const { id, digest, envelope } = await listed()
  t.match(await submit(envelope, now), { state: 'held' })
  const suspended = {
    ...registry,
    participants: new Map(
      [...registry.participants].map(([name, p]) => [name, { ...p, status: 'suspended' as const }]),
    ),
  }
  t.match(await confirm(digest, { ...now, registry: () => suspended }), {
    state: 'rejected',
    code: 'envelope/not-authorised',
  })
  t.same([await stateOf(digest), await logged(id)], ['rejected', 0])
  const again = await confirmation(digest)
  t.match(
    await submit(again, now),
    { state: 'rejected', code: 'never-list/not-held' },
    'refused is refused',
  )
})

await t.test(
  'a next version is held anew; a revocation ends what is held, and is logged only where ' +
    'something of the notice is',
  async (t) => {
    const unlisted = { ...now, rules: { ...now.rules, neverList: neverListOf([]) } }
    const { id, envelope } = await listed()
    t.match(
      await submit(envelope, unlisted),
      { state: 'accepted' },
      'logged before its subject was listed',
    )
    const second = await envelopeOf(
      th,
      {
        kind: 'phone-number',
        subject: { number: '191', defaultCountry: 'TH' },
        id,
        narrative: 'more',
      },
      { version: 2 },
    )
    t.match(await submit(second.envelope, now), { state: 'held', version: 2 })
    const revocation = await envelopeOf(
      th,
      {
        kind: 'phone-number',
        subject: { number: '191', defaultCountry: 'TH' },
        id,
        reason: 'mistake',
      },
      { version: 3, status: 'revoked' },
    )
    t.match(
      await submit(revocation.envelope, now),
      { state: 'accepted', version: 3 },
      'who has it must be told',
    )
    t.match(await submit(second.envelope, now), { state: 'superseded' })

    const fresh = await listed()
    t.match(await submit(fresh.envelope, now), { state: 'held' })
    const end = await envelopeOf(
      th,
      {
        kind: 'phone-number',
        subject: { number: '191', defaultCountry: 'TH' },
        id: fresh.id,
        reason: 'mistake',
      },
      { version: 2, status: 'revoked' },
    )
    t.match(await submit(end.envelope, now), { state: 'rejected', code: 'never-list/withdrawn' })
    t.same([await stateOf(fresh.digest), await logged(fresh.id)], ['rejected', 0])
    t.match(await submit(fresh.envelope, now), { state: 'rejected', code: 'never-list/withdrawn' })
    t.match(await submit(await confirmation(fresh.digest), now), {
      state: 'rejected',
      code: 'never-list/not-held',
    })
  },
)

await t.test(
  'a topic keeps what passed through it for a week at most: Kafka is transport',
  async (t) => {
    const { brokers, security } = await stack()
    const messages = createKafkaMessageLog({ brokers, security, clientId: 'test', log })
    const admin = new kafkajs.Kafka({
      brokers: [...brokers],
      ...security,
      clientId: 'test',
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin()
    const topic = uniqueName('submitted.TH')
    await applyTopics(messages.admin, [topic])
    await admin.connect()
    try {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: topic,
            configNames: ['retention.ms', 'cleanup.policy'],
          },
        ],
      })
      const values = Object.fromEntries(
        resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
      )
      t.same(values, { 'retention.ms': String(7 * 24 * 3600 * 1000), 'cleanup.policy': 'delete' })
    } finally {
      await admin.deleteTopics({ topics: [topic] })
      await Promise.all([admin.disconnect(), messages.close()])
    }
  },
)
