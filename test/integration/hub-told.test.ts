import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import { commonNeverList, neverListOf } from '#core/identifiers/never-list.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { committed, signSdJwt } from '#core/signing/sd-jwt.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import type { Answer } from '#store/log/intake.ts'
import { migrations } from '#store/migrations.ts'
import { insertDeliveries, insertOffers } from '#store/handing-over/ledger.ts'
import { importRegistry } from '#store/registry/import.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { rightClock } from '#test/support/clock.ts'
import { matchKey } from '#test/support/match-key.ts'
import { freshDatabase } from '#test/support/database.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { until } from '#test/support/until.ts'
import { check, takeIn, type IntakeDeps } from '../../services/hub/intake/intake.ts'
import { logReads } from '../../services/hub/intake/log-reads.ts'
import { createIntakeMetrics } from '../../services/hub/metrics.ts'
import { tellOthers } from '../../services/hub/replies/told.ts'

const log = createLog({ service: 'test', level: 'silent' })
const pool = createPool({ url: await freshDatabase(t), max: 8, applicationName: 'test', log })
t.teardown(() => pool.end())
await migrate(pool, migrations, { component: 'hub' })

const ids = ['TH', 'KH', 'VN']
const keys = new Map(ids.map((id) => [id, generateKeyPairSync('ed25519').privateKey]))
const signerOf = (id: string) => createSigner(keys.get(id)!)

await importRegistry(
  pool,
  { who: 'test', why: 'test' },
  {
    participants: ids.map((id) => ({ id, type: 'member', name: id })),
    agencies: ids.map((id) => ({
      id: `${id}-A`,
      participant: id,
      name: id,
      rights: ['read', 'submit'],
      purposes: ['criminal-investigation'],
      roles: [],
    })),
    keys: [...keys].map(([owner, key]) => {
      const { kty, crv, x } = key.export({ format: 'jwk' }) as unknown as PublicJwk
      return { owner, purpose: 'notice', jwk: { kty, crv, x } }
    }),
  },
)

const registry = await loadRegistry(pool)
const answers = new Map<string, Answer>()
const hub: IntakeDeps = {
  pool,
  matchKey,
  clock: rightClock,
  registry: () => registry,
  metrics: createIntakeMetrics(createMetrics('test')),
  log,
  rules: { neverList: neverListOf(commonNeverList()), schemas: schemaVersions, ...logReads(pool) },
  receipts: {
    send: async (appended, records) => {
      for (const [i, { digest }] of records.entries())
        answers.set(digest.toString('hex'), appended.answers[i]!)
    },
  },
}

let offset = 0
const submit = async (from: string, text: string): Promise<Answer> => {
  const record = {
    topic: `submitted.${from}`,
    partition: 0,
    offset: String(offset++),
    timestampMs: Date.now(),
    key: 'k',
    value: Buffer.from(text),
    headers: {},
    lag: 0,
  }
  await takeIn(await check([record], hub), hub)
  return answers.get(createHash('sha256').update(text).digest('hex'))!
}

const notice = async (issuer: string): Promise<string> => {
  const content = { agency: `${issuer}-A`, handling: { tlp: 'GREEN' } }
  const { id, envelope } = await envelopeOf(signerOf(issuer), content, { issuer })
  t.equal((await submit(issuer, envelope)).state, 'accepted')
  return id
}

/** A reaction as a hostile holder of a key can make it: its salt is as long as it likes. */
const reaction = async (issuer: string, id: string, salt = 22): Promise<string> => {
  const disclosures = Object.entries({
    by: { person: 'p', agency: 'KH-A' },
    agency: 'KH-A',
    about: { issuer, id },
  }).map(([name, value]) =>
    Buffer.from(
      JSON.stringify([name === 'about' ? 'x'.repeat(salt) : randomUUID(), name, value]),
    ).toString('base64url'),
  )
  const digests = disclosures.map((one) => createHash('sha256').update(one).digest('base64url'))
  const payload = {
    iss: 'KH',
    aud: 'switchboard-hub',
    id: randomUUID(),
    type: 'reaction',
    iat: 1,
    reaction: 'useful',
    _sd: [...digests, ...Array.from({ length: 5 }, () => randomBytes(32).toString('base64url'))],
    _sd_alg: 'sha-256',
  }
  const concealed = committed({ payload, disclosures })
  return (await signSdJwt('statement+sd-jwt', concealed, signerOf('KH'))).text
}

const react = async (issuer: string, id: string, salt?: number): Promise<void> => {
  const answer = await submit('KH', await reaction(issuer, id, salt))
  t.equal(answer.state, 'accepted')
}

/** A Kafka that takes messages of 1 MiB at most, and has no topic of some participants. */
const kafka = (without: readonly string[] = []) => {
  const sent = new Map<string, number>()
  const publish: MessageLog['publish'] = (topic, records) => {
    if (without.includes(topic)) return Promise.reject(new Error('no such topic'))
    if (records.some(({ value }) => value.length > 1024 ** 2))
      return Promise.reject(new Error('too large'))
    sent.set(topic, (sent.get(topic) ?? 0) + records.length)
    return Promise.resolve()
  }
  return { sent, messages: { publish } as MessageLog }
}

const positionOf = async (participant: string): Promise<number> => {
  const { rows } = await pool.query<{ position: number }>(
    'select position from told_to where participant = $1',
    [participant],
  )
  return rows[0]?.position ?? -1
}

const head = async (): Promise<number> => {
  const { rows } = await pool.query<{ head: number }>('select max(index) as head from entry')
  return rows[0]!.head
}

const telling = (messages: MessageLog) =>
  tellOthers({ pool, signer: signerOf('TH'), everyMs: 20, now: rightClock.now, log, messages })

await t.test('statements as long as they can be keep nobody from being told', async (t) => {
  const id = await notice('TH')
  for (let i = 0; i < 30; i++) await react('TH', id, 88_000)
  await react('TH', id)
  const { sent, messages } = kafka()
  const told = telling(messages)
  t.teardown(() => told.close())
  const last = await head()
  await until('all is told', async () => (await positionOf('TH')) === last)
  t.ok(sent.get('replies.TH')! > 1, 'in several messages')
})

await t.test('a participant that cannot be told keeps no other waiting', async (t) => {
  const [th, vn] = [await notice('TH'), await notice('VN')]
  await react('VN', vn)
  const ofVn = await head()
  await react('TH', th)
  const ofTh = await head()
  const { sent, messages } = kafka(['replies.VN'])
  const told = telling(messages)
  await until('TH is told', async () => (await positionOf('TH')) === ofTh)
  await told.close()
  t.equal(sent.get('replies.TH'), 1, 'once')
  const later = kafka()
  const again = telling(later.messages)
  t.teardown(() => again.close())
  await until('VN is told later', async () => (await positionOf('VN')) === ofVn)
  t.same([...later.sent], [['replies.VN', 1]])
})

await t.test('a revoked notice is there for those alone who were told of it', async (t) => {
  const id = await notice('TH')
  const index = await head()
  const content = { id, agency: 'TH-A', handling: { tlp: 'GREEN' }, reason: 'over' }
  const revoked = await envelopeOf(signerOf('TH'), content, { version: 2, status: 'revoked' })
  t.equal((await submit('TH', revoked.envelope)).state, 'accepted')
  t.match(await submit('KH', await reaction('TH', id)), {
    state: 'rejected',
    code: 'notice/not-found',
  })
  const reader = { agency: 'KH-A', purpose: 'criminal-investigation', topic: 'all', at: 1 }
  const [offer] = await insertOffers(pool, [
    { ...reader, participant: 'KH', client: 'c', channel: 'pull', from: index, to: index },
  ])
  const bitmap = Buffer.from([1])
  await insertDeliveries(pool, [
    { ...reader, offer: offer!, first: index, last: index, bitmap, bare: null, withdrawn: null },
  ])
  await react('TH', id)
})

await t.test(
  'what is said is no notice: nobody reacts to it, the one who said it neither',
  async (t) => {
    const react = async (to: string) => submit('KH', await reaction('KH', to))
    const said = await react(await notice('KH'))
    t.equal(said.state, 'accepted')
    t.match(await react(said.id!), { state: 'rejected', code: 'notice/not-found' })
  },
)
