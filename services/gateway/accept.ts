import canonicalize from 'canonicalize'
import { createHash, randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { buildEnvelope, hubAudience } from '#core/envelope/envelope.ts'
import { neverListed, type NeverList } from '#core/identifiers/never-list.ts'
import type { Signer } from '#core/signing/keys.ts'
import {
  readNotice,
  type NoticeRead,
  type ReadNotice,
  type RegistryView,
} from '#core/notice/notice.ts'
import type { Refusal } from '#core/refusal.ts'
import { readStrict } from '#core/json/strict-json.ts'
import type { Micros } from '#core/registry/registry.ts'
import { datesOf, type Dates } from '#core/notice/review.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { Caller } from './keys/auth.ts'
import type { OutboxRow, Submission } from './outbox.ts'

export type AcceptDeps = {
  readonly participant: string
  readonly signer: Signer
  readonly view: () => RegistryView | undefined
  readonly neverList: NeverList
  /**
   * When a notice that names no review date is to be looked at again, in microseconds after its
   * POST.
   */
  readonly reviewAfter: Micros
  readonly findVersions: (id: string) => Promise<OutboxRow[]>
  /**
   * Stores it and tells the relay; undefined where the id and version are taken. Durable when it
   * resolves.
   */
  readonly store: (submission: Submission) => Promise<number | undefined>
}

/** What the caller is told: the same for the same notice, however often it is sent. */
export type Accepted = Pick<OutboxRow, 'id' | 'version' | 'digest' | 'canonical' | 'warnings'> & {
  readonly status: string
}
/** `repeated`: it was there already, and nothing was added. */
export type Outcome =
  | { readonly ok: true; readonly value: Accepted; readonly repeated?: true }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

export const refused = (code: Refusal['code'], pointer?: string): Outcome => ({
  ok: false,
  refusals: [{ code, ...(pointer !== undefined && { pointer }) }],
})

/**
 * POST: read strictly → validate → answer a repetition → sign → store. A notice is answered only
 * once it is durable.
 */
export const acceptNotice = async (
  bytes: Uint8Array,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Outcome> => {
  const parsed = readStrict(bytes)
  return parsed.ok
    ? acceptBody(parsed.value, caller, deps)
    : { ok: false, refusals: [parsed.refusal] }
}

/** The same from the body as parsed: also the way of each row of an import. */
export const acceptBody = async (
  parsed: unknown,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Outcome> => {
  const read = checkBody(parsed, caller, deps)
  if (!read.ok) return read
  const { body } = read.value
  const contentHash = hashOf(body)
  if (body.id !== undefined) {
    const repeated = answerRepetition(await deps.findVersions(body.id), 1, contentHash, caller)
    if (repeated !== undefined) return repeated
  }
  return signAndStore(
    { ...read.value, contentHash, id: body.id ?? uuidv7(), version: 1, status: 'active', caller },
    deps,
  )
}

export type Tried =
  | {
      readonly ok: true
      readonly value: Pick<Accepted, 'canonical' | 'warnings'>
      readonly repeated?: true
    }
  | Extract<Outcome, { ok: false }>

/**
 * What `acceptBody` would answer, with every fault that can be told; nothing is signed or stored.
 */
export const tryBody = async (
  parsed: unknown,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Tried> => {
  const read = checkBody(parsed, caller, deps, 'all')
  if (!read.ok) return read
  const { id } = read.value.body
  const held =
    id === undefined
      ? undefined
      : answerRepetition(await deps.findVersions(id), 1, hashOf(read.value.body), caller)
  return held ?? { ok: true, value: read.value }
}

/**
 * PUT: the next version of an own notice whose subject stays the same. `expected` is the version
 * named by If-Match.
 */
export const acceptVersion = async (
  bytes: Uint8Array,
  id: string,
  expected: number,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Outcome> => {
  const read = readBody(bytes, caller, deps)
  if (!read.ok) return read
  if (read.value.body.id !== undefined && read.value.body.id !== id)
    return refused('notice/bad-value', '/id')
  const newest = await findOwn(id, caller, deps)
  if (newest === undefined) return refused('notice/not-found')
  const contentHash = hashOf(read.value.body)
  if (newest.version === expected + 1 && newest.contentHash.equals(contentHash))
    return { ok: true, value: answerOf(newest) }
  if (newest.status === 'revoked' || newest.destroyedAt !== null) return refused('notice/final')
  if (newest.version !== expected) return refused('notice/precondition-failed')
  if (newest.state === 'held' && newest.receipt?.['code'] === 'never-list/held')
    return refused('never-list/held')
  const same =
    newest.kind === read.value.body.kind && newest.canonical.key === read.value.canonical.key
  if (!same) return refused('notice/subject-changed', '/subject')
  return signAndStore(
    { ...read.value, contentHash, id, version: expected + 1, status: 'active', caller },
    deps,
  )
}

/**
 * Revocation: a last version with the content as it was, and the reason in the place of the
 * narrative. Final.
 */
export const acceptRevocation = async (
  reason: string,
  id: string,
  caller: Caller,
  deps: AcceptDeps,
): Promise<Outcome> => {
  const newest = await findOwn(id, caller, deps)
  if (newest === undefined) return refused('notice/not-found')
  if (newest.destroyedAt !== null) return refused('notice/final')
  const contentHash = hashOf({ revoke: id, reason })
  if (newest.status === 'revoked')
    return newest.contentHash.equals(contentHash)
      ? { ok: true, value: answerOf(newest) }
      : refused('notice/final')
  const { narrative: _narrative, ...kept } = newest.content
  const { canonical, warnings } = newest
  return signAndStore(
    {
      body: { ...kept, reason } as unknown as Read['body'],
      canonical,
      warnings,
      contentHash,
      id,
      version: newest.version + 1,
      status: 'revoked',
      caller,
    },
    deps,
  )
}

type Read = ReadNotice

/** Reads a body as every submission is read: strictly, and as the caller's. */
export const readBody = (
  bytes: Uint8Array,
  caller: Caller,
  deps: Pick<AcceptDeps, 'view' | 'neverList'>,
): NoticeRead => {
  const parsed = readStrict(bytes)
  return parsed.ok
    ? checkBody(parsed.value, caller, deps)
    : { ok: false, refusals: [parsed.refusal] }
}

const checkBody = (
  parsed: unknown,
  caller: Caller,
  { view, neverList }: Pick<AcceptDeps, 'view' | 'neverList'>,
  mode: 'wire' | 'all' = 'wire',
): NoticeRead => {
  const registry = view()
  if (registry === undefined) return { ok: false, refusals: [{ code: 'service/no-registry' }] }
  const read = readNotice(parsed, { now: nowMicros(), registry, mode })
  if (read.ok && read.value.body.agency !== undefined && read.value.body.agency !== caller.agency) {
    return { ok: false, refusals: [{ code: 'auth/other-agency', pointer: '/agency' }] }
  }
  return read.ok ? { ok: true, value: warned(read.value, neverList) } : read
}

/** The hub holds a notice on such a subject; its sender hears of it at the door. */
const warned = (read: Read, neverList: NeverList): Read => {
  const listed = neverList.find(read.body.kind, read.canonical.key)
  return listed === undefined
    ? read
    : { ...read, warnings: [...read.warnings, neverListed('never-list/listed', listed)] }
}

/** The newest version of a notice of the caller's agency; another agency's is not there for it. */
export const findOwn = async (
  id: string,
  caller: Caller,
  deps: Pick<AcceptDeps, 'findVersions'>,
): Promise<OutboxRow | undefined> => {
  const newest = (await deps.findVersions(id)).at(-1)
  return newest?.agency === caller.agency && newest.state !== 'rejected' ? newest : undefined
}

/** "The same content": SHA-256 of the RFC 8785 form of the body as sent. */
const hashOf = (body: object): Buffer =>
  createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest()

const answerRepetition = (
  versions: readonly OutboxRow[],
  version: number,
  contentHash: Buffer,
  caller: Caller,
): Outcome | undefined => {
  const held = versions.find((r) => r.version === version && r.state !== 'rejected')
  if (held === undefined) return undefined
  const same = held.contentHash.equals(contentHash) && held.agency === caller.agency
  return same
    ? { ok: true, value: answerOf(held), repeated: true }
    : refused('notice/id-reused', '/id')
}

export const answerOf = (
  {
    id,
    version,
    digest,
    canonical,
    warnings,
  }: Pick<OutboxRow, 'id' | 'version' | 'digest' | 'canonical' | 'warnings'>,
  status = 'queued',
): Accepted => ({ id, version, digest, status, canonical, warnings })

/** What is revoked ends at once. */
const noDates: Dates = { review: null, expires: null }

type ToSign = Read & {
  contentHash: Buffer
  id: string
  version: number
  status: 'active' | 'revoked'
  caller: Caller
}

const signAndStore = async (given: ToSign, deps: AcceptDeps): Promise<Outcome> => {
  failpoint('gateway.validated')
  const postedAt = nowMicros()
  const content = { ...given.body, id: given.id, agency: given.caller.agency }
  const { envelope, digest } = await buildEnvelope(
    {
      issuer: deps.participant,
      audience: hubAudience,
      version: given.version,
      status: given.status,
      issuedAt: Math.floor(postedAt / 1_000_000),
      content,
    },
    deps.signer,
    randomBytes,
  )
  const submission: Submission = {
    id: given.id,
    version: given.version,
    status: given.status,
    agency: given.caller.agency,
    submitter: given.caller.subject,
    kind: given.body.kind,
    contentHash: given.contentHash,
    content,
    canonical: given.canonical,
    warnings: given.warnings,
    digest,
    envelope,
    postedAt,
    dates:
      given.status === 'revoked'
        ? noDates
        : datesOf(given.body.handling, postedAt, deps.reviewAfter),
  }
  failpoint('gateway.signed')
  const seq = await deps.store(submission)
  // If the process dies here the row is durable and the relay of the next start publishes it; the
  // caller, unanswered, sends again and gets this row's answer.
  if (seq !== undefined) return { ok: true, value: answerOf(submission) }
  const raced = answerRepetition(
    await deps.findVersions(given.id),
    given.version,
    given.contentHash,
    given.caller,
  )
  return raced ?? refused('service/unavailable')
}
