import { setTimeout as delay } from 'node:timers/promises'
import { followFeed } from '#deploy/local/demo/feed-reader.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import { post, readFeed } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { benchNotice } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'
import { quantile, round, type Figure } from './figure.ts'
import { steadily } from './steadily.ts'

const perSecond = 200
const warmUpSeconds = 25

/**
 * From just before a POST in Bangkok to its event on an open stream in Phnom Penh, at a steady 200
 * notices a second.
 */
export const e2eLatency: Figure = {
  name: 'e2e.latency',
  service: 'hub',
  measure: async (bench, { latencySeconds }) => {
    const limit = await twoCommitsAndARecord(bench)
    const sentAt = new Map<string, number>()
    const took: number[] = []
    const answered: number[] = []
    const notices: string[] = []
    const stop = new AbortController()
    const { next } = await readFeed(bench.info, 'KH-ACD')
    const following = follow(bench, next, stop.signal, (id, at) => {
      const sent = sentAt.get(id)
      if (sent !== undefined) took.push(at - sent)
      sentAt.delete(id)
    })
    await delay(500)
    await steadily(warmUpSeconds, perSecond, () => post(bench.info, 'TH', benchNotice(0)))
    await steadily(latencySeconds, perSecond, async (i) => {
      const notice = benchNotice(i)
      notices.push(notice.id)
      const at = performance.now()
      sentAt.set(notice.id, at)
      const { status } = await post(bench.info, 'TH', notice)
      if (status !== 202) throw new Error(`answered ${status}`)
      answered.push(performance.now() - at)
    })
    await until('all have arrived', () => sentAt.size === 0, 60_000)
    stop.abort()
    await following
    const [p50, p99] = [quantile(took, 0.5), quantile(took, 0.99)]
    const stages = await stageTimes(bench, notices)
    return [
      {
        name: 'e2e.latency',
        value: round(p50),
        unit: 'ms',
        limit: round(limit),
        limitName: 'median of one commit, one Kafka record end to end, one commit',
        ratio: round(p50 / limit),
        p50: round(p50),
        p99: round(p99),
        max: round(Math.max(...took)),
        postP50: round(quantile(answered, 0.5)),
        postP99: round(quantile(answered, 0.99)),
        notices: took.length,
        perSecond,
        stages,
      },
    ]
  },
}

/**
 * Medians in ms between the times that the log keeps of each notice: where the latency is spent.
 */
const stageTimes = async (
  { pool }: BenchSystem,
  ids: readonly string[],
): Promise<Record<string, number>> => {
  const { rows } = await pool.query<Record<string, number>>(
    `select percentile_cont(0.5) within group (order by e.published_at - e.posted_at) / 1000 as
      published,
       percentile_cont(0.5) within group (order by e.received_at - e.published_at) / 1000 as
       received,
       percentile_cont(0.5) within group (order by e.time - e.received_at) / 1000 as checked,
       percentile_cont(0.5) within group (order by r.sent_at - e.time) / 1000 as receipted,
       count(distinct e.batch)::int as batches
     from entry e join receipt_batch r on r.batch = e.batch and r.participant = e.issuer
     where e.id = any($1::uuid[])`,
    [ids],
  )
  return Object.fromEntries(Object.entries(rows[0]!).map(([stage, ms]) => [stage, round(ms)]))
}

const follow = async (
  { info }: BenchSystem,
  after: string,
  signal: AbortSignal,
  arrived: (id: string, at: number) => void,
): Promise<void> => {
  try {
    for await (const event of followFeed(
      `${info.feeds.url}/v1/feeds/all`,
      info.feeds.agencies['KH-ACD']!.token,
      { signal, after },
    )) {
      arrived((JSON.parse(event.data) as { notice: { id: string } }).notice.id, performance.now())
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The lower bound of any implementation: two durable steps with Kafka between them. */
const twoCommitsAndARecord = async ({ pool, brokers }: BenchSystem): Promise<number> => {
  const messages = createKafkaMessageLog({
    brokers,
    clientId: 'bench-limit',
    log: createLog({ service: 'bench', level: 'error' }),
  })
  let arrived = (): void => undefined
  await messages.admin.createTopics([{ topic: 'bench-limit', partitions: 1, replicationFactor: 1 }])
  await delay(3000) // a topic needs about so long before a group can take it up
  await messages.consume({
    groupId: 'bench-limit',
    topics: ['bench-limit'],
    onRecords: async () => arrived(),
    onCrash: () => undefined,
  })
  await pool.query('create table bench_limit (body bytea)')
  const body = Buffer.alloc(1500)
  const commit = (): Promise<unknown> =>
    pool.query({ name: 'bench-limit', text: 'insert into bench_limit values ($1)', values: [body] })
  const took: number[] = []
  for (let i = 0; i < 200; i++) {
    const started = performance.now()
    await commit()
    const { promise, resolve } = Promise.withResolvers<void>()
    arrived = resolve
    await messages.publish('bench-limit', [{ key: 'a', value: body }])
    await promise
    await commit()
    took.push(performance.now() - started)
  }
  await pool.query('drop table bench_limit')
  await messages.close()
  return quantile(took, 0.5)
}
