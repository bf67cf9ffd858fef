import { audienceTokens } from '#core/decide/audience.ts'
import { markedOf } from '#core/decide/marked.ts'
import { concernsVictim } from '#core/decide/marking.ts'
import {
  isComplete,
  openEnvelope,
  splitEnvelope,
  type OpenEnvelope,
} from '#core/envelope/envelope.ts'
import { neverListed } from '#core/identifiers/never-list.ts'
import { readNotice, type ReadNotice } from '#core/notice/notice.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { isBare } from '#core/schema/check.ts'
import type { Loggable } from '#store/log/intake.ts'
import type { CheckContext } from './check-context.ts'
import { inStanding, mayAct, speakingFor } from './standing.ts'
import { checkIssuer, openSigned } from './verify.ts'

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
  const opened = await openSigned(
    splitEnvelope(bytes),
    (split) => openEnvelope(split, context.schemas),
    participant,
    context,
  )
  if (!opened.ok) return opened
  const { split, open } = opened.value
  const checked = authorised(split, open, participant, context)
  const { id, version } = open.payload
  return checked.ok ? checked : { ...checked, about: { id, version } }
}

type Sent = { readonly jws: string; readonly disclosures: readonly string[] }

const authorised = (
  raw: Sent,
  open: OpenEnvelope,
  participant: string,
  context: CheckContext,
): Checked<Loggable> => {
  const issued = checkIssuer(open.payload, participant)
  if (!issued.ok) return issued
  if (!isComplete(open)) return refuse('envelope/incomplete', '/sd_all')
  const allowed = maySubmit(open, participant, context)
  if (!allowed.ok) return allowed
  const { reason, by: _by, ...body } = open.content
  if (
    reason !== undefined &&
    (open.payload.status !== 'revoked' || typeof reason !== 'string' || reason.length > 2000)
  ) {
    return refuse('notice/bad-value', '/reason')
  }
  if (isBare(open.payload)) return accept(revocationOf(raw, open, context))
  // A notice that expired on its way is logged too: `now: 0` leaves out the checks that expiry and
  // review lie in the future, and no other check.
  const read = readNotice(body, { now: 0, registry: context.view })
  if (!read.ok) return { ok: false, refusal: read.refusals[0]! }
  return accept(loggableOf(raw, open, read.value, context))
}

/**
 * Whether the participant may submit in the name of the agency. From version 2 of the contract on
 * `by` says whose officer it was.
 */
const maySubmit = (
  { payload, content }: OpenEnvelope,
  id: string,
  context: CheckContext,
): Checked<unknown> => {
  const standing = inStanding(id, context)
  if (!standing.ok) return standing
  const { agency, by } = content
  if (payload.schema !== 'notice/1') return speakingFor({ agency, by }, id, 'submit', context)
  const named = context.registry.agencies.get(String(agency))
  return named?.participant === id && mayAct(named, 'submit')
    ? accept(true)
    : refuse('envelope/not-authorised', '/agency')
}

const claimsOf = (
  { jws, disclosures }: Sent,
  { payload }: OpenEnvelope,
  { registry }: CheckContext,
) => ({
  event: 'notice' as const,
  ...(payload.schema === 'notice/1' && { contract: 1 as const }),
  issuer: payload.iss,
  id: payload.id,
  version: payload.version,
  status: payload.status === 'revoked' ? ('revoked' as const) : ('active' as const),
  kind: payload.kind,
  jws,
  disclosures,
  registryVersion: registry.version,
})

/** What follows from the content is added when it is logged, from the version before it. */
const revocationOf = (raw: Sent, open: OpenEnvelope, context: CheckContext): Loggable => ({
  ...claimsOf(raw, open, context),
  bare: true,
  canonical: {},
  warnings: [],
  tokens: [`P:${open.payload.iss}`],
  expires: null,
  victim: false,
})

const loggableOf = (
  raw: Sent,
  open: OpenEnvelope,
  read: ReadNotice,
  context: CheckContext,
): Loggable => {
  const { payload, content } = open
  const marked = markedOf(content, payload.iss, context.now, payload.status)
  const listed = context.neverList.find(payload.kind, read.canonical)
  return {
    ...claimsOf(raw, open, context),
    canonical: read.canonical,
    warnings:
      listed === undefined
        ? read.warnings
        : [...read.warnings, neverListed('never-list/listed', listed)],
    ...(listed !== undefined && { hold: neverListed('never-list/held', listed) }),
    tokens: audienceTokens(marked),
    expires: marked.expires,
    victim: concernsVictim(marked),
  }
}
