import { createHash, verify, type KeyObject } from 'node:crypto'
import { audienceTokens } from '#core/audience.ts'
import { hubAudience, openEnvelope, splitEnvelope, type OpenEnvelope, type RawEnvelope } from '#core/envelope.ts'
import { publicKeyObject } from '#core/keys.ts'
import { markedOf } from '#core/marked.ts'
import { readNotice, type RegistryView } from '#core/notice.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { covers, type Key, type Micros, type Registry } from '#core/registry.ts'
import { registryView } from '#core/registry-view.ts'
import { parseMicros } from '#core/time.ts'
import { submitterOf } from '#core/topics.ts'
import type { InRecord } from '#runtime/message-log.ts'
import type { Intake, Loggable } from '#store/append.ts'

/** What the checks need: the registry as of one version, made ready once for a batch. */
export type CheckContext = { readonly registry: Registry; readonly view: RegistryView; readonly now: Micros; readonly keyObject: (key: Key) => KeyObject }

export const checkContext = (registry: Registry, now: Micros): CheckContext => ({ registry, view: registryView(registry), now, keyObject })

const keyObjects = new WeakMap<Key, KeyObject>()
const keyObject = (key: Key): KeyObject => {
  const held = keyObjects.get(key) ?? publicKeyObject(key.jwk)
  keyObjects.set(key, held)
  return held
}

/** One record through the checks, cheapest first. Never rejects for what a record holds: a refusal is part of the outcome. */
export const checkRecord = async (record: InRecord, context: CheckContext): Promise<Intake> => {
  const participant = submitterOf(record.topic)
  const checked = await loggable(record.value, participant, context)
  const held = !checked.ok && checked.refusal.code === 'envelope/unknown-schema'
  return {
    participant, raw: record.value, digest: createHash('sha256').update(record.value).digest(),
    topic: record.topic, partition: record.partition, offset: record.offset,
    postedAt: parseMicros(record.headers['posted-at'] ?? '') ?? null, publishedAt: record.timestampMs * 1000, receivedAt: context.now,
    outcome: checked.ok ? { ok: true, notice: checked.value } : { ok: false, held, refusal: checked.refusal, ...(checked.about && { about: checked.about }) },
  }
}

/** `about` names the notice of a refusal whose signature is good, so that a trace finds it; before that nobody vouches for a name. */
const loggable = async (bytes: Uint8Array, participant: string, context: CheckContext): Promise<Checked<Loggable> & { readonly about?: { readonly id: string; readonly version: number } }> => {
  const split = splitEnvelope(bytes)
  if (!split.ok) return split
  const key = findKey(split.value.kid, participant, context)
  if (!key.ok) return key
  if (!(await isSigned(split.value, context.keyObject(key.value)))) return refuse('envelope/bad-signature')
  const opened = openEnvelope(split.value)
  if (!opened.ok) return opened
  const issued = checkIssuer(opened.value, participant)
  const checked = issued.ok ? authorised(split.value, opened.value, participant, context) : issued
  const { id, version } = opened.value.payload
  return checked.ok ? checked : { ...checked, about: { id, version } }
}

/** The key names the sender, never the message: a known key, of this topic's participant, in its time. */
const findKey = (kid: string, participant: string, { registry, now }: CheckContext): Checked<Key> => {
  const key = registry.keys.get(kid)
  if (key === undefined || key.purpose !== 'notice') return refuse('envelope/unknown-key')
  if (key.owner !== participant) return refuse('envelope/wrong-signer')
  if (key.status === 'compromised' || !covers([key.valid], now)) return refuse('envelope/key-revoked')
  return accept(key)
}

/** In the libuv pool, so that signatures of one batch are checked in parallel. */
const isSigned = (raw: RawEnvelope, key: KeyObject): Promise<boolean> =>
  new Promise((resolve, reject) => {
    verify(null, Buffer.from(raw.input, 'latin1'), key, raw.signature, (error, result) => (error ? reject(error) : resolve(result)))
  })

const checkIssuer = ({ payload }: OpenEnvelope, participant: string): Checked<true> => {
  if (payload.iss !== participant) return refuse('envelope/wrong-issuer', '/iss')
  return payload.aud === hubAudience ? accept(true) : refuse('envelope/wrong-issuer', '/aud')
}

const authorised = (raw: RawEnvelope, open: OpenEnvelope, participant: string, context: CheckContext): Checked<Loggable> => {
  const allowed = maySubmit(open, participant, context)
  if (!allowed.ok) return allowed
  const { reason, ...body } = open.content
  if (reason !== undefined && (open.payload.status !== 'revoked' || typeof reason !== 'string' || reason.length > 2000)) {
    return refuse('notice/bad-value', '/reason')
  }
  // A notice that expired on its way is logged all the same: `now: 0` leaves out only the check of its expiry.
  const read = readNotice(body, { now: 0, registry: context.view })
  if (!read.ok) return { ok: false, refusal: read.refusals[0]! }
  return accept(loggableOf(raw, open, read.value, context))
}

const maySubmit = (open: OpenEnvelope, id: string, { registry, now }: CheckContext): Checked<true> => {
  const participant = registry.participants.get(id)
  if (participant === undefined || participant.status !== 'active' || !covers(participant.admitted, now)) return refuse('envelope/not-authorised', '/iss')
  if (participant.type === 'corporate-partner') return refuse('envelope/not-authorised', '/iss')
  const agency = registry.agencies.get(String(open.content['agency']))
  if (agency === undefined || agency.participant !== id || agency.status !== 'active') return refuse('envelope/not-authorised', '/agency')
  return agency.rights.includes('submit') ? accept(true) : refuse('envelope/not-authorised', '/agency')
}

type Read = Extract<ReturnType<typeof readNotice>, { ok: true }>['value']

const loggableOf = (raw: RawEnvelope, { payload, content }: OpenEnvelope, read: Read, { registry, now }: CheckContext): Loggable => {
  const marked = markedOf(content, payload.iss, now, payload.status)
  return {
    issuer: payload.iss, id: payload.id, version: payload.version, status: payload.status === 'revoked' ? 'revoked' : 'active',
    kind: payload.kind, subjectKey: read.canonical.key, canonical: read.canonical, warnings: read.warnings,
    jws: raw.jws, disclosures: raw.disclosures, tokens: audienceTokens(marked),
    registryVersion: registry.version, expires: marked.expires,
  }
}
