import { createHash } from 'node:crypto'
import { submitterOf } from '#core/kafka/topics.ts'
import { refuse, type Checked } from '#core/refusal.ts'
import { isSaid } from '#core/said/said.ts'
import { statementText } from '#core/signing/statement.ts'
import { parseMicros } from '#core/time.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import type { Intake, Loggable } from '#store/log/intake.ts'
import { loggable, type About } from './authorise.ts'
import { outcomeOf } from './outcome.ts'
import { loggableSaid, loggableStatement } from './said/said.ts'
import type { CheckContext } from './check-context.ts'

/**
 * Checks one record, cheapest check first. It never rejects because of a record's content: a
 * refusal is part of the outcome. A record that meets a fault of this program is held alone, so
 * that its bytes do not stop other records; `onFault` is told.
 */
export const checkRecord = async (
  record: InRecord,
  context: CheckContext,
  onFault: (error: unknown, record: InRecord) => void,
): Promise<Intake> => {
  try {
    return await checkOne(record, context)
  } catch (error) {
    if (!isFault(error)) throw error
    onFault(error, record)
    return intakeOf(record, submitterOf(record.topic), refuse('envelope/not-checked'), context)
  }
}

/**
 * Whether an error is a fault of this program: an error of the language. All other errors come from
 * a database or a broker that is away, and pass.
 */
const isFault = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError

const checkOne = async (record: InRecord, context: CheckContext): Promise<Intake> => {
  const participant = submitterOf(record.topic)
  const checked = await checkerOf(record.value)(record.value, participant, context)
  return intakeOf(record, participant, checked, context)
}

/** The checks of what a record claims to be: a notice, or something else that is said. */
const checkerOf = (
  bytes: Uint8Array,
): ((
  bytes: Uint8Array,
  participant: string,
  context: CheckContext,
) => Promise<Checked<Loggable> & About>) => {
  if (isSaid(bytes)) return loggableSaid
  return statementText(bytes) === undefined ? loggable : loggableStatement
}

const intakeOf = (
  record: InRecord,
  participant: string,
  checked: Checked<Loggable> & About,
  { now }: CheckContext,
): Intake => ({
  participant,
  raw: record.value,
  digest: createHash('sha256').update(record.value).digest(),
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  postedAt: parseMicros(record.headers['posted-at'] ?? '') ?? null,
  publishedAt: record.timestampMs * 1000,
  receivedAt: now,
  outcome: outcomeOf(checked),
})
