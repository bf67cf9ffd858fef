import { randomBytes } from 'node:crypto'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import type { ContractVersion } from '#core/disclosures.ts'
import { hubAudience } from '#core/envelope/envelope.ts'
import type { NoticeBody } from '#core/generated/types.ts'
import type { Canonical } from '#core/identifiers/canonical.ts'
import { datesOf, type Dates } from '#core/notice/review.ts'
import type { Warning } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Signer } from '#core/signing/keys.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { createGroupCommit, type GroupCommit } from '#runtime/postgres/group-commit.ts'
import type { OpenRow } from './exchange/open-queue.ts'
import type { Caller } from './keys/auth.ts'
import type { Submission } from './outbox.ts'

export type SubmitDeps = {
  readonly participant: string
  readonly signer: Signer
  readonly now: () => Micros
  /**
   * The time from the POST to the review of a notice that names no review date, in microseconds.
   */
  readonly reviewAfter: Micros
  /** The version of the contract to sign under: the newest that the hub takes. */
  readonly contract: () => ContractVersion
  /** Stores a submission and hands it to the relay: `createStore`. */
  readonly store: Store
}

/**
 * Resolves with the seq, or undefined if the id and version are taken. Durable when it resolves.
 */
export type Store = GroupCommit<Submission, number | undefined>

export type ToSubmit = {
  readonly body: NoticeBody | (Readonly<Record<string, unknown>> & { readonly kind: string })
  readonly canonical: Canonical
  readonly warnings: readonly Warning[]
  readonly contentHash: Buffer
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked'
  readonly caller: Caller
}

/**
 * Signs a version once and stores it with its envelope. Durable when it resolves; undefined if its
 * id and version are taken.
 */
export const signAndSubmit = async (
  given: ToSubmit,
  deps: SubmitDeps,
): Promise<Submission | undefined> => {
  failpoint('gateway.validated')
  const submission = await sign(given, deps.now(), deps)
  failpoint('gateway.signed')
  const seq = await deps.store(submission)
  // If the process dies here, the row is durable and the relay of the next start publishes it. The
  // caller has no answer, sends the notice again and gets this row's answer.
  return seq === undefined ? undefined : submission
}

const sign = async (
  { body, caller, ...given }: ToSubmit,
  postedAt: Micros,
  deps: SubmitDeps,
): Promise<Submission> => {
  const { participant, signer, reviewAfter } = deps
  const { id, version, status } = given
  const contract = deps.contract()
  const content = { ...body, id, agency: caller.agency }
  const by = contract === 1 ? {} : { by: { person: caller.subject, agency: caller.agency } }
  const issuedAt = Math.floor(postedAt / 1_000_000)
  const said = { version, status, issuedAt, content: { ...content, ...by }, contract }
  const { envelope, digest } = await buildEnvelope(
    { issuer: participant, audience: hubAudience, ...said },
    signer,
    randomBytes,
  )
  return {
    ...given,
    type: 'notice',
    contract,
    agency: caller.agency,
    submitter: caller.subject,
    kind: body.kind,
    content,
    digest,
    envelope,
    postedAt,
    dates:
      status === 'revoked'
        ? noDates
        : datesOf((body as NoticeBody).handling, postedAt, reviewAfter),
  }
}

/** The dates of a revocation: it ends the notice at once. */
const noDates: Dates = { review: null, expires: null }

/**
 * The commit point of a submission. Submissions that arrive together share one commit of `insert`;
 * then `offer` hands them to the relay. Rejects with `CommitQueueFull` if more than `maxWaiting`
 * wait.
 */
export const createStore = (deps: {
  readonly insert: (submissions: readonly Submission[]) => Promise<(number | undefined)[]>
  readonly offer: (rows: readonly OpenRow[]) => void
  readonly maxItems: number
  readonly maxWaiting: number
}): Store =>
  createGroupCommit(
    async (submissions) => {
      const seqs = await deps.insert(submissions)
      // If the process dies here, the rows are durable and unpublished. The next relay finds them
      // in the queue.
      failpoint('gateway.committed')
      deps.offer(submissions.flatMap((submission, i) => openRow(submission, seqs[i])))
      return seqs
    },
    { maxItems: deps.maxItems, maxWaiting: deps.maxWaiting, lanes: 2 },
  )

const openRow = (submission: Submission, seq: number | undefined): OpenRow[] =>
  seq === undefined ? [] : [{ ...submission, seq }]
