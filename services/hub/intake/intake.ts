import type { Pool } from 'pg'
import type { Registry } from '#core/registry/registry.ts'
import type { Clock } from '#runtime/process/clock.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { InRecord, MessageLog } from '#runtime/kafka/message-log.ts'
import type { Log } from '#runtime/process/log.ts'
import { appendBatch } from '#store/log/append.ts'
import type { AppendRules } from '#store/log/append-rules.ts'
import type { Answer, Intake } from '#store/log/intake.ts'
import type { MatchKey } from '#store/log/match.ts'
import { checkRecord } from './check.ts'
import { checkContext, type CheckRules } from './check-context.ts'
import type { IntakeMetrics } from '../metrics.ts'
import type { RefusalLog } from './refusal-log.ts'
import { createMicroBatcher, type BatchBounds } from './micro-batch.ts'
import { appendAround } from './poison.ts'
import { subscribeIntake, type Subscription } from './subscription.ts'
import type { ReceiptSender } from '../replies/receipts.ts'

export type IntakeDeps = {
  readonly pool: Pool
  readonly matchKey: MatchKey
  readonly clock: Pick<Clock, 'now' | 'trust' | 'problems'>
  readonly registry: () => Registry
  readonly rules: CheckRules
  readonly append?: Partial<AppendRules>
  readonly receipts: Pick<ReceiptSender, 'send'>
  /** Where refusals are logged. Default: nowhere. */
  readonly refused?: RefusalLog
  readonly metrics: IntakeMetrics
  readonly log: Log
}

/** How records arrive, and how many are worked on at once. */
export type IntakeSource = {
  readonly messages: MessageLog
  readonly onCrash: (error: unknown) => void
  readonly bounds: BatchBounds
  readonly topicPollMs: number
  readonly fetchMaxBytes: number
}

/**
 * Takes in what participants submit: Kafka's records → micro-batches → `check` → `takeIn`. The
 * offsets of a batch are committed when `takeIn` has resolved. `close` stops fetching and finishes
 * the batch under way.
 */
export const startIntake = (source: IntakeSource, deps: IntakeDeps): Subscription => {
  const batcher = createMicroBatcher<InRecord, Intake>(source.bounds, {
    check: (records) => check(records, deps),
    work: async (checked) => {
      const stop = deps.metrics.batchSeconds.startTimer()
      await takeIn(checked, deps)
      stop()
    },
  })
  const subscription = subscribeIntake({
    messages: source.messages,
    registry: deps.registry,
    now: deps.clock.now,
    mayTakeIn: () => deps.clock.problems().length === 0,
    pollMs: source.topicPollMs,
    fetchMaxBytes: source.fetchMaxBytes,
    log: deps.log,
    onRecords: (records) => batcher.add(records[0]?.topic ?? '', records),
    onCrash: source.onCrash,
    onTopics: (count) => deps.metrics.topics.set(count),
  })
  return {
    ...subscription,
    close: async () => {
      await subscription.close()
      await batcher.idle()
    },
  }
}

/**
 * The first half of the spine: verify → parse → authorise, for one micro-batch. It changes nothing.
 * It rejects when the registry is stale, the clocks do not agree or the database is away; the
 * records are then delivered again.
 */
export const check = async (
  records: readonly InRecord[],
  deps: Pick<IntakeDeps, 'clock' | 'registry' | 'rules' | 'log'>,
): Promise<Intake[]> => {
  failpoint('hub.fetched')
  const context = checkContext(deps.registry(), deps.clock.now(), deps.rules)
  return Promise.all(
    records.map((record) =>
      checkRecord(record, context, (err, { topic, partition, offset }) => {
        deps.log.error(
          { err, topic, partition, offset },
          'a record could not be checked: it is held, and the program needs mending',
        )
      }),
    ),
  )
}

/**
 * The second half: append → receipt. It resolves when the whole batch is durable in PostgreSQL;
 * only then may its Kafka offsets be committed. It rejects when no part of the batch is known to be
 * durable; the records are then delivered again and meet the same code.
 */
export const takeIn = async (checked: readonly Intake[], deps: IntakeDeps): Promise<void> => {
  failpoint('hub.checked')
  const appended = await appendAround(
    (some) =>
      appendBatch(deps.pool, deps.matchKey, some, { ...deps.append, trust: deps.clock.trust }),
    checked,
  )
  // If the process dies from here on, the batch is logged and its receipts may not be sent. If its
  // offsets are not committed, the records come again and are answered from the log. A gateway
  // sends unanswered submissions again in any case.
  failpoint('hub.committed')
  count(checked, appended.answers, appended.logged, deps)
  await deps.receipts.send(appended, checked)
}

const count = (
  checked: readonly Intake[],
  answers: readonly Answer[],
  logged: number,
  { metrics, refused }: IntakeDeps,
): void => {
  metrics.logged.inc(logged)
  answers.forEach((answer, i) => {
    metrics.answers.inc({ state: answer.state, code: answer.code ?? 'none' })
    if (answer.state === 'rejected') refused?.add(checked[i]!, answer.code)
  })
}
