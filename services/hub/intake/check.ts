import { createHash, verify, type KeyObject } from 'node:crypto'
import { audienceTokens } from '#core/decide/audience.ts'
import type { Code } from '#core/catalogue/catalogue.ts'
import { concernsVictim } from '#core/decide/marking.ts'
import {
  hubAudience,
  openEnvelope,
  splitEnvelope,
  type OpenEnvelope,
} from '#core/envelope/envelope.ts'
import { neverListed, type NeverList } from '#core/identifiers/never-list.ts'
import { publicKeyObject } from '#core/signing/keys.ts'
import { markedOf } from '#core/decide/marked.ts'
import { readNotice, type KnownNames } from '#core/notice/notice.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { covers, isGoodKey, type Key, type Micros, type Registry } from '#core/registry/registry.ts'
import { knownNames } from '#core/registry/known-names.ts'
import type { SchemaVersions } from '#core/schema/versions.ts'
import { openStatement, splitStatement, statementText } from '#core/signing/statement.ts'
import { parseMicros } from '#core/time.ts'
import { submitterOf } from '#core/kafka/topics.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import type { Intake, Loggable } from '#store/log/append.ts'

/** What the checks are told once, when the hub starts. */
export type CheckRules = {
  readonly neverList: NeverList
  readonly schemas: SchemaVersions
  /**
   * The bytes of a participant's submission that waits, or waited, for its confirmation. Rejects
   * when the database is away.
   */
  readonly heldBytes: (participant: string, digest: Buffer) => Promise<Buffer | undefined>
}

/** What the checks need: the registry as of one version, made ready once for a batch. */
export type CheckContext = CheckRules & {
  readonly registry: Registry
  readonly view: KnownNames
  readonly now: Micros
  readonly keyObject: (key: Key) => KeyObject
}

export const checkContext = (registry: Registry, now: Micros, rules: CheckRules): CheckContext => ({
  ...rules,
  registry,
  view: knownNames(registry),
  now,
  keyObject,
})

const keyObjects = new WeakMap<Key, KeyObject>()
const keyObject = (key: Key): KeyObject => {
  const held = keyObjects.get(key) ?? publicKeyObject(key.jwk)
  keyObjects.set(key, held)
  return held
}

/**
 * What is kept in quarantine without a last word: a hub that is upgraded, or mended, checks it
 * again.
 */
export const heldCodes = [
  'envelope/unknown-schema',
  'envelope/not-checked',
] as const satisfies readonly Code[]

/**
 * One record through the checks, cheapest first. Never rejects for what a record holds: a refusal
 * is part of the outcome. A record that meets a fault of ours is held by itself, so that nobody's
 * bytes stop what others send; `onFault` is told.
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
 * Errors of the language are mistakes in the program; all others come from what is away, and pass.
 */
const isFault = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError

const checkOne = async (record: InRecord, context: CheckContext): Promise<Intake> => {
  const participant = submitterOf(record.topic)
  const statement = statementText(record.value)
  if (statement === undefined)
    return intakeOf(
      record,
      participant,
      record.value,
      await loggable(record.value, participant, context),
      context,
    )
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

type About = { readonly about?: { readonly id: string; readonly version: number } }

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
 * A statement goes through the checks of an envelope; then its place is taken by the very bytes it
 * confirms, which are checked as if they came now. Who did not submit them, under whatever key,
 * confirms nothing.
 */
const confirmedBytes = async (
  text: string,
  participant: string,
  context: CheckContext,
): Promise<Checked<Buffer>> => {
  const split = splitStatement(text)
  if (!split.ok) return split
  const signed = await checkSignature(split.value, participant, context)
  if (!signed.ok) return signed
  const opened = openStatement(split.value)
  if (!opened.ok) return opened
  const issued = checkIssuer(opened.value, participant)
  if (!issued.ok) return issued
  const held = await context.heldBytes(participant, Buffer.from(opened.value.digest, 'hex'))
  return held === undefined ? refuse('never-list/not-held', '/digest') : accept(held)
}

/** Confirmed, it is held no more. */
const released = (checked: Checked<Loggable> & About): Checked<Loggable> & About => {
  if (!checked.ok) return checked
  const { hold: _, ...notice } = checked.value
  return accept(notice)
}

/**
 * `about` names the notice of a refusal whose signature is good, so that a trace finds it; before
 * that nobody vouches for a name.
 */
const loggable = async (
  bytes: Uint8Array,
  participant: string,
  context: CheckContext,
): Promise<Checked<Loggable> & About> => {
  const split = splitEnvelope(bytes)
  if (!split.ok) return split
  const signed = await checkSignature(split.value, participant, context)
  if (!signed.ok) return signed
  const opened = openEnvelope(split.value, context.schemas)
  if (!opened.ok) return opened
  const issued = checkIssuer(opened.value.payload, participant)
  const checked = issued.ok ? authorised(split.value, opened.value, participant, context) : issued
  const { id, version } = opened.value.payload
  return checked.ok ? checked : { ...checked, about: { id, version } }
}

type Signed = { readonly kid: string; readonly input: string; readonly signature: Buffer }

const checkSignature = async (
  given: Signed,
  participant: string,
  context: CheckContext,
): Promise<Checked<true>> => {
  const key = findKey(given.kid, participant, context)
  if (!key.ok) return key
  return (await isSigned(given, context.keyObject(key.value)))
    ? accept(true)
    : refuse('envelope/bad-signature')
}

/**
 * The key names the sender, never the message: a known key, of this topic's participant, in its
 * time.
 */
const findKey = (
  kid: string,
  participant: string,
  { registry, now }: CheckContext,
): Checked<Key> => {
  const key = registry.keys.get(kid)
  if (key === undefined || key.purpose !== 'notice') return refuse('envelope/unknown-key')
  if (key.owner !== participant) return refuse('envelope/wrong-signer')
  if (!isGoodKey(key, now)) return refuse('envelope/key-revoked')
  return accept(key)
}

/** In the libuv pool, so that signatures of one batch are checked in parallel. */
const isSigned = (raw: Signed, key: KeyObject): Promise<boolean> =>
  new Promise((resolve, reject) => {
    verify(null, Buffer.from(raw.input, 'latin1'), key, raw.signature, (error, result) =>
      error ? reject(error) : resolve(result),
    )
  })

const checkIssuer = (
  { iss, aud }: { readonly iss: string; readonly aud: string },
  participant: string,
): Checked<true> => {
  if (iss !== participant) return refuse('envelope/wrong-issuer', '/iss')
  return aud === hubAudience ? accept(true) : refuse('envelope/wrong-issuer', '/aud')
}

type Sent = { readonly jws: string; readonly disclosures: readonly string[] }

const authorised = (
  raw: Sent,
  open: OpenEnvelope,
  participant: string,
  context: CheckContext,
): Checked<Loggable> => {
  const allowed = maySubmit(open, participant, context)
  if (!allowed.ok) return allowed
  const { reason, ...body } = open.content
  if (
    reason !== undefined &&
    (open.payload.status !== 'revoked' || typeof reason !== 'string' || reason.length > 2000)
  ) {
    return refuse('notice/bad-value', '/reason')
  }
  // A notice that expired on its way is logged all the same: `now: 0` leaves out only the check of
  // its expiry.
  const read = readNotice(body, { now: 0, registry: context.view })
  if (!read.ok) return { ok: false, refusal: read.refusals[0]! }
  return accept(loggableOf(raw, open, read.value, context))
}

const maySubmit = (
  open: OpenEnvelope,
  id: string,
  { registry, now }: CheckContext,
): Checked<true> => {
  const participant = registry.participants.get(id)
  if (
    participant === undefined ||
    participant.status !== 'active' ||
    !covers(participant.admitted, now)
  )
    return refuse('envelope/not-authorised', '/iss')
  if (participant.type === 'corporate-partner') return refuse('envelope/not-authorised', '/iss')
  const agency = registry.agencies.get(String(open.content['agency']))
  if (agency === undefined || agency.participant !== id || agency.status !== 'active')
    return refuse('envelope/not-authorised', '/agency')
  return agency.rights.includes('submit')
    ? accept(true)
    : refuse('envelope/not-authorised', '/agency')
}

type Read = Extract<ReturnType<typeof readNotice>, { ok: true }>['value']

const loggableOf = (
  raw: Sent,
  { payload, content }: OpenEnvelope,
  read: Read,
  { registry, now, neverList }: CheckContext,
): Loggable => {
  const marked = markedOf(content, payload.iss, now, payload.status)
  const listed = neverList.find(payload.kind, read.canonical.key)
  return {
    issuer: payload.iss,
    id: payload.id,
    version: payload.version,
    status: payload.status === 'revoked' ? 'revoked' : 'active',
    kind: payload.kind,
    subjectKey: read.canonical.key,
    canonical: read.canonical,
    warnings:
      listed === undefined
        ? read.warnings
        : [...read.warnings, neverListed('never-list/listed', listed)],
    ...(listed !== undefined && { hold: neverListed('never-list/held', listed) }),
    jws: raw.jws,
    disclosures: raw.disclosures,
    tokens: audienceTokens(marked),
    registryVersion: registry.version,
    expires: marked.expires,
    victim: concernsVictim(marked),
  }
}
