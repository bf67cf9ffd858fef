import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { javaProblem } from '#deploy/local/kafka/jars.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import type { InRecord, MessageLog } from '#runtime/kafka/message-log.ts'
import { ownKafka } from '#test/support/own-kafka.ts'
import { until } from '#test/support/until.ts'

const log = createLog({ service: 'test', level: 'silent' })
const topic = 'load'

/**
 * Publishes numbered records all the time, as a relay does: each again until it is acknowledged.
 */
const publishSteadily = (messages: MessageLog) => {
  const state = {
    going: true,
    acknowledged: new Set<string>(),
    rejections: new Map<string, number>(),
    longestMs: 0,
  }
  const publish = async (value: string): Promise<void> => {
    while (state.going) {
      const begun = performance.now()
      const error: unknown = await messages
        .publish(topic, [{ key: value, value: Buffer.from(value) }])
        .then(
          () => undefined,
          (reason: unknown) => reason,
        )
      state.longestMs = Math.max(state.longestMs, performance.now() - begun)
      if (error === undefined) return void state.acknowledged.add(value)
      const code = String((error as { code?: unknown }).code)
      state.rejections.set(code, (state.rejections.get(code) ?? 0) + 1)
      await delay(100)
    }
  }
  const run = async (): Promise<void> => {
    const all: Promise<void>[] = []
    for (let n = 0; state.going; n++) {
      all.push(publish(String(n)))
      await delay(5)
    }
    await Promise.all(all)
  }
  const running = run()
  const stop = async (): Promise<void> => {
    state.going = false
    await running
  }
  return { state, stop }
}

/** Waits until records are published, and have arrived, after this moment. */
const createGoesOn =
  (load: ReturnType<typeof publishSteadily>, got: ReadonlySet<string>) =>
  async (what: string, limitMs: number): Promise<void> => {
    const before = load.state.acknowledged.size
    await until(
      `${what}: published again`,
      () => load.state.acknowledged.size > before + 50,
      limitMs,
    )
    await until(
      `${what}: consumed again`,
      () => [...load.state.acknowledged].slice(0, before + 50).every((value) => got.has(value)),
      limitMs,
    )
  }

const skip = (await javaProblem()) ?? false

await t.test(
  'a broker that is killed, or freezes, under load: publishing rejects by name, both sides ' +
    'come back, no acknowledged record is lost (threats F1, F2, F3)',
  { skip, timeout: 170_000 },
  async (t) => {
    const kafka = await ownKafka(t)
    const messages = createKafkaMessageLog({ brokers: [kafka.broker], clientId: 'test', log })
    await messages.admin.createTopics([{ topic, partitions: 2, replicationFactor: 1 }])
    await delay(3_000)
    const got = new Set<string>()
    const crashes: unknown[] = []
    await messages.consume({
      groupId: 'g',
      topics: [topic],
      onRecords: async (records: readonly InRecord[]) =>
        records.forEach((record) => got.add(Buffer.from(record.value).toString())),
      onCrash: (error) => crashes.push(error),
    })
    const load = publishSteadily(messages)
    t.teardown(load.stop)
    const goesOn = createGoesOn(load, got)
    const isUnavailable = () => load.state.rejections.has('message-log/unavailable')
    const rejects = (limitMs: number) => until('publishing rejects', isUnavailable, limitMs)
    await goesOn('at first', 30_000)

    await kafka.kill()
    await rejects(20_000)
    const consumed = await messages
      .consume({
        groupId: 'h',
        topics: [topic],
        onRecords: async () => undefined,
        onCrash: () => undefined,
      })
      .catch((error: unknown) => error)
    t.match(consumed, { code: 'message-log/unavailable' }, 'and so does consuming')
    await kafka.start()
    await goesOn('after the kill', 30_000)
    load.state.rejections.clear()

    kafka.freeze()
    await rejects(25_000)
    kafka.thaw()
    await goesOn('after freezing', 30_000)
    t.ok(
      load.state.longestMs < 21_000,
      `a publish settles in bounded time (${Math.round(load.state.longestMs)} ms)`,
    )

    await load.stop()
    await until(
      'everything acknowledged has arrived',
      () => [...load.state.acknowledged].every((value) => got.has(value)),
      15_000,
    )
    t.strictSame(
      [...load.state.rejections.keys()].filter((code) => code !== 'message-log/unavailable'),
      [],
      'no other rejection',
    )
    t.strictSame(crashes, [], 'no consumer gave up')
    await messages.close()
  },
)
