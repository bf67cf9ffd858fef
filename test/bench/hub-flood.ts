import { setTimeout as delay } from 'node:timers/promises'
import { defaultRates } from '#core/kafka/access.ts'
import { admitAgency, admitParticipant, enrolKey } from '#core/registry/change.ts'
import { purposes } from '#core/registry/registry.ts'
import { repliesTopic, submittedTopic } from '#core/kafka/topics.ts'
import { keyFile } from '#deploy/local/demo/key-files.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { applyTopics } from '#runtime/kafka/topics.ts'
import { createLog } from '#runtime/process/log.ts'
import { loadSigner } from '#runtime/keys/signer.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { until } from '#test/support/until.ts'
import { publishSigned, signAs, type Signatory, type Signed } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'
import { quantile, round, type Figure } from './figure.ts'
import { steadily } from './steadily.ts'

/** With the three of the demo, fifty countries. */
const countries = Array.from({ length: 47 }, (_, i) => `Q${String(i + 1).padStart(2, '0')}`)
const perSecond = 100
/** The flood comes in as many parts a second. */
const floodSteps = 50

/**
 * From a quiet country's record to its receipt, while one country sends as much as Kafka lets it,
 * beside the same countries without the flood.
 */
export const hubFlood: Figure = {
  name: 'hub.flood',
  service: 'hub',
  measure: async (bench, { floodSeconds }) => {
    const [flooder, ...quiet] = await admitCountries(bench)
    const [alone, beside] = [
      await signAs(quiet, floodSeconds * perSecond),
      await signAs(quiet, floodSeconds * perSecond),
    ]
    const floodPerSecond = Math.floor(
      defaultRates.gateway.producer / (await signAs([flooder!], 1))[0]!.envelope.length,
    )
    const floodNotices = floodPerSecond * floodSeconds
    const flood = await signAs([flooder!], floodNotices)
    // every topic is consumed, every path is warm
    await receiptTimes(bench, await signAs(quiet, quiet.length))
    const without = await receiptTimes(bench, alone)
    const messages = createKafkaMessageLog({
      brokers: bench.brokers,
      clientId: 'flood',
      log: createLog({ service: 'bench', level: 'error' }),
    })
    const perStep = Math.ceil(floodPerSecond / floodSteps)
    const flooding = steadily(floodSeconds, floodSteps, (i) =>
      publishSigned({ messages }, flood.slice(i * perStep, (i + 1) * perStep)),
    )
    const during = await receiptTimes(bench, beside)
    await flooding
    const stillOpen = floodNotices - (await taken(bench, flooder!.participant))
    await until(
      'the flood is answered',
      async () => (await taken(bench, flooder!.participant)) === floodNotices,
      300_000,
    )
    await messages.close()
    return [
      {
        name: 'hub.flood',
        value: round(quantile(during, 0.99), 1),
        unit: 'ms, p99 from record to receipt of 46 quiet countries beside a flood',
        limit: round(quantile(without, 0.99), 1),
        limitName: 'the same without a flood',
        ratio: round(quantile(during, 0.99) / quantile(without, 0.99)),
        p50: round(quantile(during, 0.5), 1),
        p99: round(quantile(during, 0.99), 1),
        limitP50: round(quantile(without, 0.5), 1),
        perSecond,
        floodPerSecond,
        floodNotices,
        floodOpenAtTheEnd: stillOpen,
      },
    ]
  },
}

const admitCountries = async ({ pool, messages, keys }: BenchSystem): Promise<Signatory[]> => {
  const folder = keys.cursorFile.replace(/[^/]+$/, 'flood')
  const signatories = await Promise.all(
    countries.map(async (participant) => ({
      participant,
      agency: `${participant}-A`,
      key: await keyFile(folder, participant),
    })),
  )
  await changeRegistry(
    pool,
    { who: 'bench', why: 'fifty participants' },
    signatories.flatMap(({ participant, agency, key }) => [
      admitParticipant({ id: participant, type: 'member', name: participant }),
      admitAgency({
        id: agency,
        participant,
        name: agency,
        rights: ['read', 'submit'],
        purposes: [...purposes],
        roles: [],
      }),
      enrolKey({ owner: participant, purpose: 'notice', kid: key.kid, jwk: key.jwk }),
    ]),
  )
  await applyTopics(
    messages.admin,
    countries.flatMap((p) => [submittedTopic(p), repliesTopic(p)]),
  )
  await delay(10_000) // the hub looks for topics every 5 s, and waits 3 s before it takes them up
  return Promise.all(
    signatories.map(async ({ participant, agency, key }) => ({
      participant,
      agency,
      signer: await loadSigner(key.file),
    })),
  )
}

/**
 * Publishes at a steady rate and answers the milliseconds from each record's time to the sending of
 * its receipt.
 */
const receiptTimes = async (bench: BenchSystem, signed: readonly Signed[]): Promise<number[]> => {
  await steadily(signed.length / perSecond, perSecond, (i) => publishSigned(bench, [signed[i]!]))
  return until(
    'all are receipted',
    async () => {
      const { rows } = await bench.pool.query<{ ms: number }>(
        `select (r.sent_at - e.published_at) / 1000.0 ::float8 as ms
          from entry e join receipt_batch r on r.batch = e.batch and r.participant = e.issuer
       where r.sent_at is not null and e.id = any($1::uuid[])`,
        [signed.map((s) => s.id)],
      )
      return rows.length === signed.length ? rows.map((r) => r.ms) : undefined
    },
    300_000,
  )
}

const taken = async ({ pool }: BenchSystem, participant: string): Promise<number> =>
  (
    await pool.query<{ count: number }>(
      'select count(*)::int as count from entry where issuer = $1',
      [participant],
    )
  ).rows[0]!.count
