import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { ConsentAnswerBody, ConsentRequestBody } from '#core/generated/types.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { formatMicros, parseMicros } from '#core/time.ts'
import {
  findConsent,
  insertConsentAnswer,
  insertConsentRequest,
  maxWaitingConsents,
  type Consent,
  type ConsentViewer,
} from '#store/requests/consents.ts'
import type { ConsentAnswer } from '#store/requests/consent-rows.ts'
import type { FoundNotice } from '../reading/find-notice.ts'
import type { FeedReader } from '../reading/reader.ts'

/** Where requests are kept, and the time that they are given. */
export type RequestStore = { readonly pool: Pool; readonly now: () => Micros }

export const viewerOf = (
  { participant, agency }: FeedReader,
  registry: Registry,
): ConsentViewer => ({
  participant,
  agency,
  isNcb: registry.agencies.get(agency)?.roles.includes('ncb') === true,
})

/**
 * Asks the originator of a notice that the reader holds whether the notice may be passed on (H2).
 * The same question again gets the same request.
 */
export const askConsent = async (
  { pool, now }: RequestStore,
  reader: FeedReader,
  { entry, view }: FoundNotice,
  body: ConsentRequestBody,
  registry: Registry,
): Promise<Checked<Consent>> => {
  if (!view.content) return refuse('consent/no-content')
  if (view.decision.notToBePassedOn !== true) return refuse('consent/not-needed')
  const unknown = body.to.findIndex((name) => !isKnownTo(reader, name, registry))
  if (unknown >= 0) return refuse('consent/unknown-recipient', `/to/${unknown}`)
  const { issuer, id, version } = entry
  const to = body.to.toSorted()
  const digest = createHash('sha256')
    .update(JSON.stringify([reader.agency, issuer, id, version, to, body.reason]))
    .digest()
  const { participant, agency, client } = reader
  const request = {
    id: uuidv7(),
    notice: { issuer, id, version },
    submitter: entry.marked.agency,
    participant,
    agency,
    client,
    to,
    reason: body.reason,
    at: now(),
  }
  const asked = await insertConsentRequest(pool, request, digest)
  return asked === undefined
    ? refuse(
        'service/too-many-requests',
        undefined,
        `at most ${maxWaitingConsents} requests of an agency wait for an answer`,
      )
    : accept(asked)
}

/**
 * A corporate partner is not told which participants and agencies there are: it may name whom it
 * likes, and the originator decides.
 */
const isKnownTo = (
  { type }: FeedReader,
  name: string,
  { participants, agencies }: Registry,
): boolean => type === 'corporate-partner' || participants.has(name) || agencies.has(name)

/** The agency that decides for the originator: the submitting agency, or the NCB of the issuer. */
const mayAnswer = (
  { participant, agency, isNcb }: ConsentViewer,
  { notice, submitter }: Consent,
): boolean => notice.issuer === participant && (submitter === agency || isNcb)

/**
 * Answers a request once. The same answer again gets the same result; another answer is refused. An
 * agency that may not answer is told that the request does not exist.
 */
export const answerConsent = async (
  { pool, now }: RequestStore,
  reader: FeedReader,
  viewer: ConsentViewer,
  id: string,
  body: ConsentAnswerBody,
): Promise<Checked<Consent>> => {
  const asked = await findConsent(pool, viewer, id)
  if (asked === undefined || !mayAnswer(viewer, asked)) return refuse('request/not-found')
  const at = now()
  const until = body.until === undefined ? null : parseMicros(body.until)!
  if (until !== null && (body.answer === 'refused' || until <= at) && asked.answered === null) {
    return refuse(
      'notice/bad-value',
      '/until',
      body.answer === 'refused' ? 'goes with granted' : 'in the future',
    )
  }
  const answered = await insertConsentAnswer(pool, asked, {
    answer: body.answer,
    reason: body.reason,
    until,
    agency: reader.agency,
    client: reader.client,
    at,
  })
  if (answered === undefined) return refuse('service/too-many-requests')
  return isSame(answered, { ...body, until }, reader)
    ? accept({ ...asked, answered })
    : refuse('consent/answered')
}

const isSame = (
  held: ConsentAnswer,
  { answer, reason, until }: Pick<ConsentAnswer, 'answer' | 'reason' | 'until'>,
  { agency }: FeedReader,
): boolean =>
  held.agency === agency && held.answer === answer && held.reason === reason && held.until === until

/** The request as either side sees it. The asker does not learn who answered. */
export const consentView = (consent: Consent, viewer: ConsentViewer): object => {
  const { id, notice, participant, agency, to, reason, at, answered } = consent
  const isOriginator = mayAnswer(viewer, consent)
  return {
    id,
    side: isOriginator ? 'originator' : 'asker',
    notice,
    askedBy: { participant, agency },
    to,
    reason,
    at: formatMicros(at),
    status: answered?.answer ?? 'waiting',
    answer: answered && {
      reason: answered.reason,
      until: answered.until === null ? null : formatMicros(answered.until),
      at: formatMicros(answered.at),
      ...(isOriginator && { agency: answered.agency }),
    },
  }
}
