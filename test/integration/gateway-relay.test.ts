import { createHash, randomUUID } from 'node:crypto'
import t from 'tap'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createLog } from '#runtime/process/log.ts'
import { datesOf } from '#core/notice/review.ts'
import { freshDatabase } from '#test/support/database.ts'
import { phone } from '#test/support/notices.ts'
import { stack } from '#test/support/stack.ts'
import { until } from '#test/support/until.ts'
import { countOpen, openQueue } from '../../services/gateway/exchange/open-queue.ts'
import { storeReceipts } from '../../services/gateway/exchange/receipt-store.ts'
import { startRelay, type Relay } from '../../services/gateway/exchange/relay.ts'
import { insertSubmissions, type Submission } from '../../services/gateway/outbox.ts'
import { gatewayMigrations } from '../../services/gateway/parts.ts'

const log = createLog({ service: 'test', level: 'silent' })
const pool = createPool({ url: await freshDatabase(t), max: 6, applicationName: 'test', log })
t.teardown(() => pool.end())
await migrate(pool, gatewayMigrations, { component: 'gateway' })
const { brokers, security } = await stack()
const messages = createKafkaMessageLog({ brokers, security, clientId: 'test', log })
t.teardown(() => messages.close())
const topic = `relay-${randomUUID()}`
await messages.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1 }])

const window = 50
const many = 5000
/** What Kafka has, in order. */
const arrived: string[] = []
const consumption = await messages.consume({
  groupId: `relay-${randomUUID()}`,
  topics: [topic],
  onRecords: async (records) => {
    arrived.push(...records.map(({ value }) => Buffer.from(value).toString()))
  },
  onCrash: (error) => t.fail(String(error)),
})
t.teardown(() => consumption.stop())

const start = (): Relay =>
  startRelay({
    topic,
    messages,
    queue: openQueue(pool),
    relayWindowNotices: window,
    republishAfterMs: 60_000,
    republishMaxMs: 60_000,
    log,
  })

const submissionOf = (agency: string): Submission => {
  const envelope = `envelope ${agency} ${randomUUID()}`
  const content = phone()
  return {
    type: 'notice',
    contract: 2,
    id: content.id,
    version: 1,
    status: 'active',
    agency,
    submitter: 's',
    kind: 'phone-number',
    contentHash: Buffer.alloc(32),
    content,
    canonical: { key: '+66812345678' },
    warnings: [],
    digest: createHash('sha256').update(envelope).digest('hex'),
    envelope,
    postedAt: 1,
    dates: datesOf({}, 1, 1e9),
  }
}

/** Stores submissions; the relay finds them in the database. */
const stored = async (agency: string, count: number): Promise<Submission[]> => {
  const given = Array.from({ length: count }, () => submissionOf(agency))
  for (let at = 0; at < count; at += 1000) await insertSubmissions(pool, given.slice(at, at + 1000))
  return given
}

const say = async (
  status: 'held' | 'accepted',
  given: readonly { readonly digest: string }[],
): Promise<void> => {
  const receipts = given.map(({ digest }) => ({
    digest,
    status,
    ...(status === 'held' && { code: 'never-list/held' }),
  }))
  await storeReceipts(pool, Buffer.from(randomUUID()), receipts, Date.now() * 1000)
}

const hasArrived = (given: readonly Submission[]) => (): boolean => {
  const texts = new Set(arrived)
  return given.every(({ envelope }) => texts.has(envelope))
}

await t.test('what the hub holds takes no place from other notices', async (t) => {
  const held = await stored('TH-CCIB', many)
  await say('held', held)
  t.match(await countOpen(pool), { waiting: 0, held: many })
  const relay = start()
  const [others, own] = [await stored('TH-OTHER', 5), await stored('TH-CCIB', 5)]
  await until('notices of both agencies are sent', hasArrived([...others, ...own]))
  t.ok(relay.inFlight() <= window)
  t.ok(arrived.length < 500, `and of ${many} held ones few at once: ${arrived.length}`)
  await until('held ones are sent again', hasArrived(held.slice(0, 100)))
  await say('accepted', [...others, ...own])
  relay.answered([...others, ...own].map(({ digest }) => digest))
  t.equal(relay.inFlight(), 0, 'held ones are not in flight')
  await relay.close()
})

await t.test('an import of one agency leaves the others their share', async (t) => {
  const relay = start()
  const mass = await stored('TH-CCIB', 2000)
  relay.offer(mass.map((row, i) => ({ ...row, seq: i })))
  t.equal(relay.inFlight(), window, 'the window is full')
  const urgent = await stored('TH-OTHER', 3)
  await until(
    'the other agency is served, though none of the import is answered',
    hasArrived(urgent),
  )
  t.ok(relay.inFlight() <= 2 * window)
  const before = arrived.length
  relay.answered(urgent.map(({ digest }) => digest))
  await say('accepted', [...urgent, ...mass])
  relay.answered(mass.map(({ digest }) => digest))
  t.ok(before < many + 2000)
  await relay.close()
})

await t.test('who is told of an answer may be another process', async () => {
  const relay = startRelay({
    topic,
    messages,
    queue: openQueue(pool),
    relayWindowNotices: window,
    republishAfterMs: 100,
    republishMaxMs: 60_000,
    log,
  })
  const given = await stored('TH-OTHER', 10)
  await until('they are sent', hasArrived(given))
  await say('accepted', given.slice(0, 5))
  await say('held', given.slice(5))
  await until('none of them is in flight', () => relay.inFlight() === 0)
  await relay.close()
})
