import type { NoticeBody } from '../generated/types.ts'
import { canonicalise } from '../identifiers/canonicalise.ts'
import type { Canonical, Identified } from '../identifiers/canonical.ts'
import { rules, type RuleContext } from './rules.ts'
import type { Checked, Refusal, Warning } from '../refusal.ts'
import { isVast } from '../json/vast.ts'
import { noticeFault, noticeFaults } from '../schema/check.ts'

export type { KnownNames } from './rules.ts'

/**
 * A notice whose body is exactly the value that was sent: nothing in it is changed, defaulted or
 * removed.
 */
export type ReadNotice = {
  readonly body: NoticeBody
  readonly canonical: Canonical
  readonly warnings: readonly Warning[]
}

/**
 * `wire` stops at the first refusal. `all` answers every refusal that can be found, for a sender's
 * dry run.
 */
export type NoticeContext = RuleContext & { readonly mode?: 'wire' | 'all' }

export type NoticeRead =
  | { readonly ok: true; readonly value: ReadNotice }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

/**
 * Checks the structure by the schema, then the rules that no schema can express, then the subject.
 * Never throws, whatever the body is. Of a body with far too many members only the one best fault
 * is told, because each member would be another.
 */
export const readNotice = (body: unknown, context: NoticeContext): NoticeRead =>
  context.mode === 'all' && !isVast(body) ? readInFull(body, context) : readOnWire(body, context)

const refused = (refusals: readonly Refusal[]): NoticeRead => ({ ok: false, refusals })

const read = (body: unknown, { canonical, warnings }: Identified): NoticeRead => ({
  ok: true,
  value: { body: body as NoticeBody, canonical, warnings },
})

const readOnWire = (body: unknown, context: NoticeContext): NoticeRead => {
  const fault = noticeFault(body)
  const notice = body as NoticeBody
  if (fault !== undefined)
    return refused([isIncompleteSubject(fault, body) ? saidBetter(fault, notice) : fault])
  for (const { check } of rules) {
    const [refusal] = check(notice, context)
    if (refusal !== undefined) return refused([refusal])
  }
  const identified = canonicalise(notice.kind, notice.subject)
  return identified.ok ? read(body, identified.value) : refused([identified.refusal])
}

/**
 * If members that belong together are not all there, the identifier of the kind says which is
 * missing (`account/no-institution`).
 */
const saidBetter = (fault: Refusal, { kind, subject }: NoticeBody): Refusal => {
  const identified = canonicalise(kind, subject)
  return identified.ok ? fault : identified.refusal
}

/**
 * Whether members of a subject that belong together are not all there. The schema checks nothing
 * after that.
 */
const isIncompleteSubject = ({ code, pointer }: Refusal, body: unknown): boolean =>
  code === 'notice/missing-member' &&
  pointer === '/subject' &&
  Object.hasOwn(body as object, 'subject')

const readInFull = (body: unknown, context: NoticeContext): NoticeRead => {
  const faults = noticeFaults(body)
  const sound = (path: string): boolean => !faults.some((fault) => spoils(fault, path, body))
  const notice = body as NoticeBody
  const broken = rules
    .filter(({ reads }) => reads.every(sound))
    .flatMap(({ check }) => check(notice, context))
  const identified =
    sound('/kind') && sound('/subject') ? canonicalise(notice.kind, notice.subject) : undefined
  const structural =
    identified?.ok === false ? faults.filter((fault) => !isIncompleteSubject(fault, body)) : faults
  const refusals = [...structural, ...broken, ...refusalsOf(identified)]
  return refusals.length === 0 && identified?.ok === true
    ? read(body, identified.value)
    : refused(refusals)
}

const refusalsOf = (checked: Checked<unknown> | undefined): Refusal[] =>
  checked?.ok === false ? [checked.refusal] : []

/**
 * Whether the structure has a fault at, above or below a path, so that the value there cannot be
 * relied on.
 */
const spoils = (fault: Refusal, path: string, body: unknown): boolean => {
  const { code, pointer = '' } = fault
  if (code === 'notice/unknown-member' || isIncompleteSubject(fault, body)) return false
  return (
    pointer === '' ||
    pointer === path ||
    pointer.startsWith(`${path}/`) ||
    path.startsWith(`${pointer}/`)
  )
}
