import { createHash } from 'node:crypto'
import type { Code } from '#core/catalogue/catalogue.ts'
import { submitterOf } from '#core/kafka/topics.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { isSaid } from '#core/said/said.ts'
import { openStatement, splitStatement, statementText } from '#core/signing/statement.ts'
import { parseMicros } from '#core/time.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import type { Intake, Loggable } from '#store/log/intake.ts'
import { loggable, type About } from './authorise.ts'
import { loggableSaid } from './said/said.ts'
import type { CheckContext } from './check-context.ts'
import { checkIssuer, openSigned } from './verify.ts'

/**
 * What quarantine keeps without a final answer. A hub that is upgraded or mended checks it again.
 */
export const heldCodes = [
  'envelope/unknown-schema',
  'envelope/not-checked',
] as const satisfies readonly Code[]

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
    return intakeOf(
      record,
      submitterOf(record.topic),
      record.value,
      refuse('envelope/not-checked'),
      context,
    )
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
  const statement = statementText(record.value)
  if (statement === undefined) {
    const check = isSaid(record.value) ? loggableSaid : loggable
    const checked = await check(record.value, participant, context)
    return intakeOf(record, participant, record.value, checked, context)
  }
  const confirmed = await confirmedBytes(statement, participant, context)
  if (!confirmed.ok) return intakeOf(record, participant, record.value, confirmed, context)
  const confirmation = { raw: record.value, digest: digestOf(record.value) }
  return {
    ...intakeOf(
      record,
      participant,
      confirmed.value,
      released(await loggable(confirmed.value, participant, context)),
      context,
    ),
    confirmation,
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

const intakeOf = (
  record: InRecord,
  participant: string,
  raw: Uint8Array,
  checked: Checked<Loggable> & About,
  { now }: CheckContext,
): Intake => ({
  participant,
  raw,
  digest: digestOf(raw),
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  postedAt: parseMicros(record.headers['posted-at'] ?? '') ?? null,
  publishedAt: record.timestampMs * 1000,
  receivedAt: now,
  outcome: checked.ok
    ? { ok: true, notice: checked.value }
    : {
        ok: false,
        held: heldCodes.some((code) => code === checked.refusal.code),
        refusal: checked.refusal,
        ...(checked.about && { about: checked.about }),
      },
})

/**
 * A statement passes the checks of an envelope. Then the bytes that it confirms take its place and
 * are checked as if they arrived now. Only the participant that submitted those bytes can confirm
 * them.
 */
const confirmedBytes = async (
  text: string,
  participant: string,
  context: CheckContext,
): Promise<Checked<Buffer>> => {
  const opened = await openSigned(splitStatement(text), openStatement, participant, context)
  if (!opened.ok) return opened
  const { open } = opened.value
  const issued = checkIssuer(open, participant)
  if (!issued.ok) return issued
  const held = await context.heldBytes(participant, Buffer.from(open.digest, 'hex'))
  return held === undefined ? refuse('never-list/not-held', '/digest') : accept(held)
}

/** The outcome of a confirmed submission: it is no longer held. */
const released = (checked: Checked<Loggable> & About): Checked<Loggable> & About => {
  if (!checked.ok) return checked
  const { hold: _, ...notice } = checked.value
  return accept(notice)
}
