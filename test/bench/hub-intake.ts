import { createPublicKey, verify } from 'node:crypto'
import { splitEnvelope } from '#core/envelope/envelope.ts'
import { until } from '#test/support/until.ts'
import { publishSigned, signNotices, type Signed } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'
import { cpuSeconds } from './cpu.ts'
import { round, type Figure } from './figure.ts'

/**
 * A hub that starts before full topics, until everything is committed and receipted; beside
 * verifications alone.
 */
export const hubIntake: Figure = {
  name: 'hub.intake',
  service: 'hub',
  measure: async (bench, { intakeNotices }) => {
    const signed = await signNotices(bench, intakeNotices, ['TH', 'KH', 'VN'])
    await bench.stopHub()
    await publishSigned(bench, signed)
    const cpuBefore = await cpuSeconds(process.pid)
    const limit = await verificationsPerSecond(bench, signed.slice(0, 10_000))
    const limitCpu = ((await cpuSeconds(process.pid)) - cpuBefore) / Math.min(10_000, intakeNotices)
    const from = await nextIndex(bench)
    await bench.startHub()
    const { seconds, batches } = await untilReceipted(bench, from, intakeNotices)
    const cpu = (await cpuSeconds(bench.supervisor.pids()['hub']!)) / intakeNotices
    const perSecond = intakeNotices / seconds
    return [
      {
        name: 'hub.intake',
        value: round(perSecond, 0),
        unit: 'notices/s',
        limit: round(limit, 0),
        limitName: 'Ed25519 verifications/s through the libuv pool',
        ratio: round(perSecond / limit),
        notices: intakeNotices,
        seconds: round(seconds),
        batches,
        cpuMicros: round(cpu * 1_000_000, 0),
        limitCpuMicros: round(limitCpu * 1_000_000, 0),
        cpuRatio: round(limitCpu / cpu),
      },
    ]
  },
}

/** Two hub processes before the same amount of full topics as one. */
export const hubTwo: Figure = {
  name: 'hub.two',
  service: 'hub',
  measure: async (bench, { intakeNotices }) => {
    const alone = await takenIn(bench, intakeNotices, [])
    const together = await takenIn(bench, intakeNotices, ['hub-2'])
    return [
      {
        name: 'hub.two',
        value: round(together, 0),
        unit: 'notices/s of two hub processes',
        limit: round(alone, 0),
        limitName: 'notices/s of one',
        ratio: round(together / alone),
        notices: intakeNotices,
      },
    ]
  },
}

/** The rate of `hub` and others, all started before full topics. */
const takenIn = async (
  bench: BenchSystem,
  notices: number,
  others: readonly string[],
): Promise<number> => {
  const signed = await signNotices(bench, notices, ['TH', 'KH', 'VN'])
  await bench.stopHub()
  await publishSigned(bench, signed)
  const from = await nextIndex(bench)
  await Promise.all(['hub', ...others].map((name) => bench.startHub(name)))
  const { seconds } = await untilReceipted(bench, from, notices)
  for (const name of others) await bench.stopHub(name)
  return notices / seconds
}

const nextIndex = async ({ pool }: BenchSystem): Promise<number> =>
  (await pool.query<{ next: number }>('select next_index as next from sequencer')).rows[0]!.next

type Taken = { entries: number; batches: number; unanswered: number; from: number; to: number }

/** From the first check of the first batch to the last receipt, by the hub's own clock. */
const untilReceipted = async (
  bench: BenchSystem,
  first: number,
  notices: number,
): Promise<{ seconds: number; batches: number }> => {
  const { pool } = bench
  await until(
    `${notices} notices are logged`,
    async () => (await nextIndex(bench)) >= first + notices,
    600_000,
  ) // counting them all would take much of a core
  return until(
    `${notices} notices are logged and receipted`,
    async () => {
      const {
        rows: [taken],
      } = await pool.query<Taken>(
        `with of_batch as (select batch, issuer, count(*) as entries, min(received_at) as received
          from entry where index >= $1 group by batch, issuer)
       select coalesce(sum(entries), 0)::int as entries, count(distinct b.batch) as batches,
       count(*) filter (where r.sent_at is null) as unanswered,
         min(received) as "from", max(r.sent_at) as "to"
       from of_batch b left join receipt_batch r on r.batch = b.batch and r.participant = b.issuer`,
        [first],
      )
      return taken!.entries >= notices && taken!.unanswered === 0
        ? { seconds: (taken!.to - taken!.from) / 1_000_000, batches: taken!.batches }
        : undefined
    },
    600_000,
  )
}

const verificationsPerSecond = async (
  { info }: BenchSystem,
  signed: readonly Signed[],
): Promise<number> => {
  const keys = new Map(
    ['TH', 'KH', 'VN'].map((p) => [
      p,
      createPublicKey({ key: info.keys[p] as Record<string, string>, format: 'jwk' }),
    ]),
  )
  const inputs = signed.map(({ participant, envelope }) => {
    const split = splitEnvelope(Buffer.from(envelope))
    if (!split.ok) throw new Error(split.refusal.code)
    return {
      key: keys.get(participant)!,
      input: Buffer.from(split.value.input, 'latin1'),
      signature: split.value.signature,
    }
  })
  const started = performance.now()
  for (let from = 0; from < inputs.length; from += 500) {
    await Promise.all(
      inputs.slice(from, from + 500).map(
        ({ key, input, signature }) =>
          new Promise<void>((resolve, reject) => {
            verify(null, input, key, signature, (error, good) =>
              good ? resolve() : reject(error ?? new Error('a signature does not verify')),
            )
          }),
      ),
    )
  }
  return inputs.length / ((performance.now() - started) / 1000)
}
