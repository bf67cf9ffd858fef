import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Registry } from '#core/registry/registry.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import { appendBatch, type Answer, type Intake } from '#store/log/append.ts'
import { checkContext, checkRecord, type CheckRules } from './check.ts'
import type { IntakeMetrics } from '../metrics.ts'
import { appendAround } from './poison.ts'
import type { ReceiptSender } from '../replies/receipts.ts'

export type IntakeDeps = {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly rules: CheckRules
  readonly receipts: Pick<ReceiptSender, 'send'>
  readonly metrics: IntakeMetrics
  readonly log: Logger
}

/**
 * The spine: verify → parse → authorise → append → receipt, for one micro-batch. `check` is the
 * first half, and changes nothing; `takeIn` the second: it resolves when all of it is durable in
 * PostgreSQL; then, and not before, the Kafka offsets may be committed. Either rejects when nothing
 * of the batch is known to be durable (PostgreSQL away, registry stale): the records are
 * redelivered and meet the same code.
 */
export const check = async (
  records: readonly InRecord[],
  deps: Pick<IntakeDeps, 'registry' | 'rules' | 'log'>,
): Promise<Intake[]> => {
  failpoint('hub.fetched')
  const context = checkContext(deps.registry(), nowMicros(), deps.rules)
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

export const takeIn = async (checked: readonly Intake[], deps: IntakeDeps): Promise<void> => {
  failpoint('hub.checked')
  const appended = await appendAround((some) => appendBatch(deps.pool, some), checked)
  // If the process dies from here on the batch is logged and receipts may not be sent. Where the
  // offsets are not committed yet the records come again and are answered from the log; gateways
  // republish what stays unanswered in any case.
  failpoint('hub.committed')
  count(checked, appended.answers, appended.logged, deps)
  await deps.receipts.send(appended, checked)
}

const count = (
  checked: readonly Intake[],
  answers: readonly Answer[],
  logged: number,
  { metrics, log }: IntakeDeps,
): void => {
  metrics.logged.inc(logged)
  answers.forEach((answer, i) => {
    metrics.answers.inc({ state: answer.state, code: answer.code ?? 'none' })
    if (answer.state !== 'rejected') return
    const { participant, digest, topic, partition, offset } = checked[i]!
    log.warn(
      { participant, digest: digest.toString('hex'), code: answer.code, topic, partition, offset },
      'submission refused',
    )
  })
}
