import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { answerOf, questionOf, type ConsentAnswer, type ConsentRequest } from './consent-rows.ts'
import { insertInbox, unlessFull } from './inbox.ts'
import type { NoticeVersion } from '../handing-over/acknowledgements.ts'

export type Consent = ConsentRequest & { readonly answered: ConsentAnswer | null }

/**
 * The viewer of requests. An agency sees its own questions, and the questions about notices that it
 * submitted. An NCB sees those about all notices of its participant.
 */
export type ConsentViewer = {
  readonly participant: string
  readonly agency: string
  readonly isNcb: boolean
}

type Row = Omit<ConsentRequest, 'notice'> &
  NoticeVersion & { readonly request: string; readonly noticeId: string } & {
    readonly answer: ConsentAnswer['answer'] | null
    readonly answerReason: string
    readonly until: Micros | null
    readonly answerAgency: string
    readonly answerClient: string
    readonly answerAt: Micros
  }

const select = `select r.id as request, r.issuer, r.notice_id as "noticeId", r.version, r.submitter,
  r.participant, r.agency, r.client, r.recipients as to, r.reason, r.at,
    a.answer, a.reason as "answerReason", a.until, a.agency as "answerAgency",
    a.client as "answerClient", a.at as "answerAt"
  from consent_request r left join consent_answer a on a.request = r.id`

const consentOf = (row: Row): Consent => ({
  id: row.request,
  notice: { issuer: row.issuer, id: row.noticeId, version: row.version },
  submitter: row.submitter,
  participant: row.participant,
  agency: row.agency,
  client: row.client,
  to: row.to,
  reason: row.reason,
  at: row.at,
  answered:
    row.answer === null
      ? null
      : {
          answer: row.answer,
          reason: row.answerReason,
          until: row.until,
          agency: row.answerAgency,
          client: row.answerClient,
          at: row.answerAt,
        },
})

/** The condition that the viewer in $1 to $3 sees request `r`. */
const visible = '(r.agency = $2 or (r.issuer = $1 and (r.submitter = $2 or $3)))'
const viewerValues = ({ participant, agency, isNcb }: ConsentViewer): (string | boolean)[] => [
  participant,
  agency,
  isNcb,
]

/** The most unanswered requests of one agency. */
export const maxWaitingConsents = 1000

/**
 * Stores a request and answers with it. A request with the same digest counts once. Undefined if
 * too many requests of the agency wait. Durable when it resolves. Requests are stored one after the
 * other, so a page by `seq` leaves none out.
 */
export const insertConsentRequest = (
  pool: Pool,
  { notice, ...request }: ConsentRequest,
  digest: Buffer,
): Promise<Consent | undefined> =>
  transaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('consent_request'))`)
    const held = await client.query<Row>(`${select} where r.digest = $1`, [digest])
    if (held.rows[0] !== undefined) return consentOf(held.rows[0])
    const waiting = await client.query<{ count: number }>(
      `select count(*) as count from consent_request r where r.agency = $1 and not exists (select
        from consent_answer a where a.request = r.id)`,
      [request.agency],
    )
    if (waiting.rows[0]!.count >= maxWaitingConsents) return undefined
    await client.query(
      `insert into consent_request (id, digest, issuer, notice_id, version, submitter, participant,
        agency, client, recipients, reason, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        request.id,
        digest,
        notice.issuer,
        notice.id,
        notice.version,
        request.submitter,
        request.participant,
        request.agency,
        request.client,
        request.to,
        request.reason,
        request.at,
      ],
    )
    await insertInbox(client, questionOf({ ...request, notice }))
    return { ...request, notice, answered: null }
  }).catch(unlessFull)

/** One request, if the viewer may see it. */
export const findConsent = async (
  pool: Pool,
  viewer: ConsentViewer,
  id: string,
): Promise<Consent | undefined> => {
  const { rows } = await pool.query<Row>({
    name: 'find-consent',
    text: `${select} where ${visible} and r.id = $4`,
    values: [...viewerValues(viewer), id],
  })
  return rows[0] && consentOf(rows[0])
}

/**
 * The requests after one of them that the viewer may see, in the order of asking; undefined if
 * `after` is none of them.
 */
export const listConsents = async (
  pool: Pool,
  viewer: ConsentViewer,
  after: string | undefined,
  limit: number,
): Promise<Consent[] | undefined> => {
  const from =
    after === undefined
      ? 0
      : (
          await pool.query<{ seq: number }>({
            name: 'consent-seq',
            text: `select r.seq from consent_request r where ${visible} and r.id = $4`,
            values: [...viewerValues(viewer), after],
          })
        ).rows[0]?.seq
  if (from === undefined) return undefined
  const { rows } = await pool.query<Row>({
    name: 'list-consents',
    text: `${select} where ${visible} and r.seq > $4 order by r.seq limit $5`,
    values: [...viewerValues(viewer), from, limit],
  })
  return rows.map(consentOf)
}

/**
 * Answers a request, and resolves with its one answer: the first. Undefined if too much waits for
 * the log. Durable when it resolves.
 */
export const insertConsentAnswer = (
  pool: Pool,
  asked: ConsentRequest,
  answer: ConsentAnswer,
): Promise<ConsentAnswer | undefined> =>
  transaction(pool, async (client) => {
    const { rowCount } = await client.query({
      name: 'insert-consent-answer',
      text: `insert into consent_answer (request, answer, reason, until, agency, client, at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      values: [
        asked.id,
        answer.answer,
        answer.reason,
        answer.until,
        answer.agency,
        answer.client,
        answer.at,
      ],
    })
    if (rowCount === 1) {
      await insertInbox(client, answerOf(asked, answer))
      return answer
    }
    // Another answer was committed before, or while this statement waited: the next one sees it.
    const { rows } = await client.query<ConsentAnswer>({
      name: 'first-consent-answer',
      text: `select answer, reason, until, agency, client, at from consent_answer
        where request = $1`,
      values: [asked.id],
    })
    return rows[0]!
  }).catch(unlessFull)

/** Every request about one notice id, oldest first, for the trace. */
export const consentsOf = async (
  pool: Pool,
  noticeId: string,
  limit = 1000,
): Promise<Consent[]> => {
  const { rows } = await pool.query<Row>({
    name: 'consents-of-notice',
    text: `${select} where r.notice_id = $1 order by r.seq limit $2`,
    values: [noticeId, limit],
  })
  return rows.map(consentOf)
}
