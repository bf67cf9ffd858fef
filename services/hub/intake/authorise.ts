import { audienceTokens } from '#core/decide/audience.ts'
import { markedOf } from '#core/decide/marked.ts'
import { concernsVictim } from '#core/decide/marking.ts'
import { openEnvelope, splitEnvelope, type OpenEnvelope } from '#core/envelope/envelope.ts'
import { neverListed } from '#core/identifiers/never-list.ts'
import { readNotice, type ReadNotice } from '#core/notice/notice.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { covers } from '#core/registry/registry.ts'
import type { Loggable } from '#store/log/intake.ts'
import type { CheckContext } from './check-context.ts'
import { checkIssuer, checkSignature } from './verify.ts'

/** The notice that a refusal concerns, if the signature vouches for its id. */
export type About = { readonly about?: { readonly id: string; readonly version: number } }

/**
 * `about` names the notice of a refusal whose signature is good, so that a trace finds it. Without
 * a good signature nobody vouches for the id.
 */
export const loggable = async (
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
  // A notice that expired on its way is logged too: `now: 0` leaves out the checks that expiry and
  // review lie in the future, and no other check.
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

const loggableOf = (
  raw: Sent,
  { payload, content }: OpenEnvelope,
  read: ReadNotice,
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
