import { v7 as uuidv7 } from 'uuid'
import type { Refusal } from '#core/refusal.ts'
import { readStorable } from '#core/json/storable.ts'
import {
  answerOf,
  answerRepetition,
  contentHashOf,
  findOwn,
  isHeldForSubject,
  refusal,
  type Acceptance,
  type Accepted,
  type FindVersions,
} from './acceptance.ts'
import type { Caller } from './keys/auth.ts'
import type { OutboxRow } from './outbox.ts'
import { checkSubmission, readSubmission, type ReadDeps } from './read-submission.ts'
import { beyondBounds, type VersionBounds } from './version-bounds.ts'
import { signAndSubmit, type SubmitDeps } from './submit.ts'

export type AcceptDeps = ReadDeps &
  SubmitDeps &
  VersionBounds & {
    readonly findVersions: FindVersions
  }

/**
 * POST: read strictly → validate → answer a repetition → sign → store. A notice is answered only
 * when it is durable.
 */
export const acceptNotice = async (
  bytes: Uint8Array,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Acceptance> => {
  const parsed = readStorable(bytes)
  return parsed.ok
    ? acceptBody(parsed.value, caller, deps)
    : { ok: false, refusals: [parsed.refusal] }
}

/** The same from a parsed body. Each row of an import takes this way. */
export const acceptBody = (
  parsed: unknown,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Acceptance> => asIfLater(() => acceptFirst(parsed, caller, deps))

const acceptFirst = async (parsed: unknown, caller: Caller, deps: AcceptDeps): Promise<Outcome> => {
  const read = checkSubmission(parsed, caller, deps)
  if (!read.ok) return read
  const { body } = read.value
  const contentHash = contentHashOf(body)
  if (body.id !== undefined) {
    const repeated = answerRepetition(await deps.findVersions(body.id), 1, contentHash, caller)
    if (repeated !== undefined) return repeated
  }
  const id = body.id ?? uuidv7()
  return submitOnce({ ...read.value, contentHash, id, version: 1, status: 'active', caller }, deps)
}

export type Tried =
  | {
      readonly ok: true
      readonly value: Pick<Accepted, 'canonical' | 'warnings'>
      readonly repeated?: true
    }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

/**
 * The answer that `acceptBody` would give, with every fault that can be found. Nothing is signed or
 * stored.
 */
export const tryBody = async (
  parsed: unknown,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Tried> => {
  const read = checkSubmission(parsed, caller, deps, 'all')
  if (!read.ok) return read
  const { body } = read.value
  if (body.id === undefined) return { ok: true, value: read.value }
  const versions = await deps.findVersions(body.id)
  const repeated = answerRepetition(versions, 1, contentHashOf(body), caller)
  return repeated ?? { ok: true, value: read.value }
}

/**
 * PUT: the next version of a notice of the caller's agency. Its subject stays the same. `expected`
 * is the version that If-Match names.
 */
export const acceptVersion = (
  bytes: Uint8Array,
  id: string,
  expected: number,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Acceptance> => asIfLater(() => acceptNext(bytes, id, expected, caller, deps))

const acceptNext = async (
  bytes: Uint8Array,
  id: string,
  expected: number,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Outcome> => {
  const read = readSubmission(bytes, caller, deps)
  if (!read.ok) return read
  const { body, canonical } = read.value
  if (body.id !== undefined && body.id !== id) return refusal('notice/bad-value', '/id')
  const newest = await findOwn(id, caller, deps.findVersions)
  if (newest === undefined) return refusal('notice/not-found')
  const contentHash = contentHashOf(body)
  if (newest.version === expected + 1 && newest.contentHash.equals(contentHash))
    return { ok: true, value: answerOf(newest) }
  const unfit = notToBeReplaced(newest, expected)
  if (unfit !== undefined) return refusal(unfit)
  if (newest.kind !== body.kind || newest.canonical.key !== canonical.key)
    return refusal('notice/subject-changed', '/subject')
  const version = expected + 1
  const beyond = await beyondBounds(id, version, deps)
  if (beyond !== undefined) return { ok: false, refusals: [beyond] }
  return submitOnce({ ...read.value, contentHash, id, version, status: 'active', caller }, deps)
}

const notToBeReplaced = (newest: OutboxRow, expected: number): Refusal['code'] | undefined => {
  if (newest.status === 'revoked' || newest.destroyedAt !== null) return 'notice/final'
  if (newest.version !== expected) return 'notice/precondition-failed'
  return isHeldForSubject(newest) ? 'never-list/held' : undefined
}

/**
 * Revocation: the last version, with the content as before and the reason in the place of the
 * narrative.
 */
export const acceptRevocation = (
  reason: string,
  id: string,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Acceptance> => asIfLater(() => acceptLast(reason, id, caller, deps))

const acceptLast = async (
  reason: string,
  id: string,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Outcome> => {
  const newest = await findOwn(id, caller, deps.findVersions)
  if (newest === undefined) return refusal('notice/not-found')
  if (newest.destroyedAt !== null) return refusal('notice/final')
  const contentHash = contentHashOf({ revoke: id, reason })
  if (newest.status === 'revoked')
    return newest.contentHash.equals(contentHash)
      ? { ok: true, value: answerOf(newest) }
      : refusal('notice/final')
  const { content, canonical, warnings, kind } = newest
  const { narrative: _narrative, ...kept } = content
  const body = { ...kept, kind, reason }
  const version = newest.version + 1
  return submitOnce(
    { body, canonical, warnings, contentHash, id, version, status: 'revoked', caller },
    deps,
  )
}

/** Undefined: another request stored the same id and version first. */
type Outcome = Acceptance | undefined

const submitOnce = async (
  given: Parameters<typeof signAndSubmit>[0],
  deps: AcceptDeps,
): Promise<Outcome> => {
  const submitted = await signAndSubmit(given, deps)
  return submitted && { ok: true, value: answerOf(submitted) }
}

/** How often one request may lose a race, each time to another request. */
const maxRaces = 20

/**
 * A request that loses a race is judged again, and finds what the winner stored: it gets the very
 * answer of one that comes later.
 */
const asIfLater = async (accept: () => Promise<Outcome>): Promise<Acceptance> => {
  for (let races = 0; races < maxRaces; races++) {
    const outcome = await accept()
    if (outcome !== undefined) return outcome
  }
  return refusal('service/unavailable')
}
