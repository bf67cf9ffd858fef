import canonicalize from 'canonicalize'
import { createHash } from 'node:crypto'
import type { Refusal } from '#core/refusal.ts'
import type { Caller } from './keys/auth.ts'
import type { OutboxRow } from './outbox.ts'

/** The answer to a submission. The same notice gets the same answer, however often it is sent. */
export type Accepted = Pick<OutboxRow, 'id' | 'version' | 'digest' | 'canonical' | 'warnings'> & {
  readonly status: string
}

/** `repeated`: the version existed already, and nothing was added. */
export type Acceptance =
  | { readonly ok: true; readonly value: Accepted; readonly repeated?: true }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

export const refusal = (code: Refusal['code'], pointer?: string): Acceptance => ({
  ok: false,
  refusals: [{ code, ...(pointer !== undefined && { pointer }) }],
})

export const answerOf = (
  row: Pick<OutboxRow, 'id' | 'version' | 'digest' | 'canonical' | 'warnings'>,
  status = 'queued',
): Accepted => {
  const { id, version, digest, canonical, warnings } = row
  return { id, version, digest, status, canonical, warnings }
}

/**
 * SHA-256 of the RFC 8785 form of the body as sent: two bodies with this hash have the same
 * content.
 */
export const contentHashOf = (body: object): Buffer =>
  createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest()

/**
 * The first answer, if the version exists with the same content. A refusal, if it exists with
 * another content.
 */
export const answerRepetition = (
  versions: readonly OutboxRow[],
  version: number,
  contentHash: Buffer,
  caller: Caller,
): Acceptance | undefined => {
  const held = versions.find((row) => row.version === version && row.state !== 'rejected')
  if (held === undefined) return undefined
  const same = held.contentHash.equals(contentHash) && held.agency === caller.agency
  return same
    ? { ok: true, value: answerOf(held), repeated: true }
    : refusal('notice/id-reused', '/id')
}

/** Finds the first and the newest stored version of a notice, as `findVersions`. */
export type FindVersions = (id: string) => Promise<OutboxRow[]>

/**
 * The newest version of a notice of the caller's agency. The notice of another agency is answered
 * like an absent one.
 */
export const findOwn = async (
  id: string,
  caller: Caller,
  findVersions: FindVersions,
): Promise<OutboxRow | undefined> => {
  const newest = (await findVersions(id)).at(-1)
  return newest?.agency === caller.agency && newest.state !== 'rejected' ? newest : undefined
}

/** Whether the hub holds the version because its subject is on the never-list. */
export const isHeldForSubject = ({ state, receipt }: Pick<OutboxRow, 'state' | 'receipt'>) =>
  state === 'held' && receipt?.['code'] === 'never-list/held'
