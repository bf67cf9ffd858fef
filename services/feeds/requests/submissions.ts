import canonicalize from 'canonicalize'
import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { SubmissionDecisionBody } from '#core/generated/types.ts'
import { readNotice, type KnownNames, type ReadNotice } from '#core/notice/notice.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import {
  findSubmission,
  hasNotice,
  insertDecision,
  insertSubmission,
  maxWaitingSubmissions,
  type SubmissionDecision,
  type Submitted,
} from '#store/requests/submissions.ts'
import type { FeedReader } from '../reading/reader.ts'
import type { RequestStore } from './consents.ts'
import type { Queue } from './queue.ts'

/**
 * Takes the submission of a corporate partner: a notice as at a gateway, without a release list,
 * which the NCB decides.
 */
export const submit = async (
  { pool, now }: RequestStore,
  reader: FeedReader,
  given: unknown,
  registry: Registry,
): Promise<Checked<Submitted>> => {
  if (
    reader.type !== 'corporate-partner' ||
    !registry.agencies.get(reader.agency)!.rights.includes('submit')
  )
    return refuse('submission/not-allowed')
  const at = now()
  const read = readSubmission(given, reader, at)
  if (!read.ok) return read
  const { body, canonical, warnings } = read.value
  const text = canonicalize(body)!
  const { participant, agency, client } = reader
  const digest = createHash('sha256').update(`${participant}\n${text}`).digest()
  const inserted = await insertSubmission(
    pool,
    {
      id: uuidv7(),
      participant,
      agency,
      client,
      ownId: body.id ?? null,
      body: text,
      canonical,
      warnings,
      at,
    },
    digest,
  )
  if (inserted === 'id-reused') return refuse('notice/id-reused', '/id')
  if (inserted === 'too-many')
    return refuse(
      'service/too-many-requests',
      undefined,
      `at most ${maxWaitingSubmissions} submissions of a partner wait to be decided`,
    )
  return accept('made' in inserted ? inserted.made : inserted.held)
}

/** A partner is not told which participants, agencies and groups there are: no name is unknown. */
const everyName: KnownNames = {
  hasParticipant: () => true,
  hasPartner: () => true,
  hasAgency: () => true,
  hasGroup: () => true,
}

const readSubmission = (
  given: unknown,
  { agency }: FeedReader,
  now: Micros,
): Checked<ReadNotice> => {
  const read = readNotice(given, { now, registry: everyName })
  if (!read.ok) return { ok: false, refusal: read.refusals[0]! }
  const { body } = read.value
  if (body.handling.release !== undefined)
    return refuse(
      'notice/unknown-member',
      '/handling/release',
      'whom it is released to is said by the NCB that issues it',
    )
  return body.agency === undefined || body.agency === agency
    ? accept(read.value)
    : refuse('auth/other-agency', '/agency')
}

/**
 * Decides a submission once, as the NCB. The same decision again gets the same result. An agency
 * that may not decide is told that the submission does not exist.
 */
export const decideSubmission = async (
  { pool, now }: RequestStore,
  reader: FeedReader,
  queue: Queue,
  id: string,
  given: SubmissionDecisionBody,
): Promise<Checked<Submitted>> => {
  const found = queue.isNcb ? await findSubmission(pool, queue.partners, id) : undefined
  if (found === undefined) return refuse('request/not-found')
  const { decision, noticeId = null, reason } = given
  if (decision === 'issued' && noticeId === null)
    return refuse('notice/missing-member', '/noticeId')
  if (decision === 'declined' && noticeId !== null)
    return refuse('notice/bad-value', '/noticeId', 'goes with issued')
  if (noticeId !== null && !(await hasNotice(pool, reader.participant, noticeId)))
    return refuse('submission/unknown-notice', '/noticeId')
  const { participant, agency, client } = reader
  const decided = await insertDecision(pool, id, {
    decision,
    noticeId,
    reason,
    participant,
    agency,
    client,
    at: now(),
  })
  return isSame(decided, { decision, noticeId, reason, agency })
    ? accept({ ...found, decided })
    : refuse('submission/decided')
}

const isSame = (
  held: SubmissionDecision,
  given: Pick<SubmissionDecision, 'decision' | 'noticeId' | 'reason' | 'agency'>,
): boolean =>
  held.decision === given.decision &&
  held.noticeId === given.noticeId &&
  held.reason === given.reason &&
  held.agency === given.agency

/**
 * The submission as a caller sees it: the NCB everything, the partner its own text and the
 * decision, without the id of the NCB's notice.
 */
export const submissionView = (
  { id, participant, agency, at, body, canonical, warnings, decided }: Submitted,
  { isNcb }: Queue,
): object => ({
  id,
  status: decided?.decision ?? 'waiting',
  at: formatMicros(at),
  submittedBy: { participant, agency },
  notice: JSON.parse(body) as object,
  canonical,
  warnings,
  decision: decided && {
    at: formatMicros(decided.at),
    reason: decided.reason,
    ...(isNcb && { noticeId: decided.noticeId, agency: decided.agency }),
  },
})
