import { readStorable } from '#core/json/storable.ts'
import { neverListed, type NeverList } from '#core/identifiers/never-list.ts'
import {
  readNotice,
  type KnownNames,
  type NoticeRead,
  type ReadNotice,
} from '#core/notice/notice.ts'
import type { ContractVersion } from '#core/disclosures.ts'
import { sinceContract2 } from '#core/notice/since-2.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Caller } from './keys/auth.ts'

export type ReadDeps = {
  readonly now: () => Micros
  /** The names of the registry as this gateway knows it; undefined before they have arrived. */
  readonly view: () => KnownNames | undefined
  readonly neverList: NeverList
  /** The newest version of the contract that the hub takes. */
  readonly contract: () => ContractVersion
}

/** Reads a body strictly, as the caller's agency. Every submission is read so. */
export const readSubmission = (bytes: Uint8Array, caller: Caller, deps: ReadDeps): NoticeRead => {
  const parsed = readStorable(bytes)
  return parsed.ok
    ? checkSubmission(parsed.value, caller, deps)
    : { ok: false, refusals: [parsed.refusal] }
}

/** The same from a parsed body. `all`: answers every fault, for a dry run of the sender. */
export const checkSubmission = (
  parsed: unknown,
  caller: Caller,
  { now, view, neverList, contract }: ReadDeps,
  mode: 'wire' | 'all' = 'wire',
): NoticeRead => {
  const registry = view()
  if (registry === undefined) return { ok: false, refusals: [{ code: 'service/no-registry' }] }
  const read = readNotice(parsed, { now: now(), registry, mode })
  if (!read.ok) return read
  const { agency } = read.value.body
  if (agency !== undefined && agency !== caller.agency)
    return { ok: false, refusals: [{ code: 'auth/other-agency', pointer: '/agency' }] }
  const early = contract() === 1 ? sinceContract2(read.value.body) : []
  return early.length > 0
    ? { ok: false, refusals: early }
    : { ok: true, value: warned(read.value, neverList) }
}

/**
 * The warning for a subject on which the hub holds a notice, so that the sender learns it at once.
 */
const warned = (read: ReadNotice, neverList: NeverList): ReadNotice => {
  const listed = neverList.find(read.body.kind, read.canonical)
  return listed === undefined
    ? read
    : { ...read, warnings: [...read.warnings, neverListed('never-list/listed', listed)] }
}
