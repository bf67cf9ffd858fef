import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { transaction } from '#runtime/postgres/transaction.ts'

/** The submission of a corporate partner. */
export type PartnerSubmission = {
  readonly id: string
  readonly participant: string
  readonly agency: string
  readonly client: string
  /** The id that the body itself names. */
  readonly ownId: string | null
  /** The body as sent, in its RFC 8785 form. */
  readonly body: string
  readonly canonical: object
  readonly warnings: readonly object[]
  readonly at: Micros
}

export type SubmissionDecision = {
  readonly decision: 'issued' | 'declined'
  readonly noticeId: string | null
  readonly reason: string
  readonly participant: string
  readonly agency: string
  readonly client: string
  readonly at: Micros
}

export type Submitted = PartnerSubmission & { readonly decided: SubmissionDecision | null }

type Row = PartnerSubmission & {
  readonly decision: SubmissionDecision['decision'] | null
  readonly noticeId: string | null
  readonly reason: string
} & {
  readonly byParticipant: string
  readonly byAgency: string
  readonly byClient: string
  readonly decidedAt: Micros
}

const select = `select s.id, s.participant, s.agency, s.client, s.own_id as "ownId", s.body,
  s.canonical, s.warnings, s.at,
    d.decision, d.notice_id as "noticeId", d.reason, d.participant as "byParticipant",
    d.agency as "byAgency", d.client as "byClient", d.at as "decidedAt"
  from submission s left join submission_decision d on d.submission = s.id`

const submittedOf = ({
  decision,
  noticeId,
  reason,
  byParticipant,
  byAgency,
  byClient,
  decidedAt,
  ...submission
}: Row): Submitted => ({
  ...submission,
  decided:
    decision === null
      ? null
      : {
          decision,
          noticeId,
          reason,
          participant: byParticipant,
          agency: byAgency,
          client: byClient,
          at: decidedAt,
        },
})

/** The most undecided submissions of one partner. */
export const maxWaitingSubmissions = 1000

export type Insertion =
  | { readonly made: Submitted }
  | { readonly held: Submitted }
  | 'id-reused'
  | 'too-many'

/**
 * Stores a submission. The same content again counts once. An id that the partner has used for
 * other content, and a full queue, are reported. Durable when it resolves. Submissions are stored
 * one after the other, so a page by `seq` leaves none out.
 */
export const insertSubmission = (
  pool: Pool,
  submission: PartnerSubmission,
  digest: Buffer,
): Promise<Insertion> =>
  transaction(pool, async (client): Promise<Insertion> => {
    await client.query(`select pg_advisory_xact_lock(hashtext('submission'))`)
    const held = await client.query<Row>(`${select} where s.digest = $1`, [digest])
    if (held.rows[0] !== undefined) return { held: submittedOf(held.rows[0]) }
    const { id, participant, agency, client: by, ownId, body, canonical, warnings, at } = submission
    const reused = await client.query(
      'select from submission where participant = $1 and own_id = $2',
      [participant, ownId],
    )
    if (reused.rowCount !== 0) return 'id-reused'
    const waiting = await client.query<{ count: number }>(
      `select count(*) as count from submission s where s.participant = $1 and not exists (select
        from submission_decision d where d.submission = s.id)`,
      [participant],
    )
    if (waiting.rows[0]!.count >= maxWaitingSubmissions) return 'too-many'
    await client.query(
      `insert into submission (id, digest, participant, agency, client, own_id, body, canonical,
        warnings, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        digest,
        participant,
        agency,
        by,
        ownId,
        body,
        JSON.stringify(canonical),
        JSON.stringify(warnings),
        at,
      ],
    )
    return { made: { ...submission, decided: null } }
  })

/** One submission, if it is of one of these partners. */
export const findSubmission = async (
  pool: Pool,
  partners: readonly string[],
  id: string,
): Promise<Submitted | undefined> => {
  const { rows } = await pool.query<Row>({
    name: 'find-submission',
    text: `${select} where s.participant = any ($1::text[]) and s.id = $2`,
    values: [partners, id],
  })
  return rows[0] && submittedOf(rows[0])
}

export type SubmissionQuery = {
  readonly after: string | undefined
  readonly limit: number
  readonly status: 'waiting' | 'issued' | 'declined' | undefined
}

/**
 * The submissions of these partners after one of them, oldest first; undefined if `after` is none
 * of them.
 */
export const listPartnerSubmissions = async (
  pool: Pool,
  partners: readonly string[],
  { after, limit, status }: SubmissionQuery,
): Promise<Submitted[] | undefined> => {
  const from =
    after === undefined
      ? 0
      : (
          await pool.query<{ seq: number }>({
            name: 'submission-seq',
            text: `select s.seq from submission s where s.participant = any ($1::text[])
              and s.id = $2`,
            values: [partners, after],
          })
        ).rows[0]?.seq
  if (from === undefined) return undefined
  const { rows } = await pool.query<Row>({
    name: 'list-submissions',
    text: `${select} where s.participant = any ($1::text[]) and s.seq > $2 and ($3::text is null
      or coalesce(d.decision, 'waiting') = $3) order by s.seq limit $4`,
    values: [partners, from, status ?? null, limit],
  })
  return rows.map(submittedOf)
}

/** Whether an issuer has a notice with this id in the log. */
export const hasNotice = async (pool: Pool, issuer: string, id: string): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'has-notice',
    text: 'select from entry where issuer = $1 and id = $2 limit 1',
    values: [issuer, id],
  })
  return rowCount === 1
}

/**
 * Decides a submission, and resolves with its one decision: the first. Durable when it resolves.
 */
export const insertDecision = async (
  pool: Pool,
  submission: string,
  d: SubmissionDecision,
): Promise<SubmissionDecision> => {
  const columns = 'decision, notice_id as "noticeId", reason, participant, agency, client, at'
  const { rows } = await pool.query<SubmissionDecision>({
    name: 'insert-submission-decision',
    text: `with made as (
             insert into submission_decision (submission, decision, notice_id, reason, participant,
             agency, client, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict do nothing returning ${columns})
           select * from made union all select ${columns} from submission_decision
           where submission = $1 limit 1`,
    values: [submission, d.decision, d.noticeId, d.reason, d.participant, d.agency, d.client, d.at],
  })
  // Another decision was committed while this statement ran. The statement did not see it; this one
  // does.
  return (
    rows[0] ??
    (
      await pool.query<SubmissionDecision>(
        `select ${columns} from submission_decision where submission = $1`,
        [submission],
      )
    ).rows[0]!
  )
}
