import type { Marked, Release, Rule } from './decision.ts'
import type { List, Tlp } from './tlp.ts'

const lists: ReadonlySet<string> = new Set<List>([
  'participants',
  'agencies',
  'groups',
  'partners',
  'exclude',
])
const codes: ReadonlySet<string> = new Set(['H0', 'H1', 'H2', 'H3'])
const operatorStatuses: ReadonlySet<string> = new Set([
  'unknown',
  'suspect',
  'possible-victim',
  'confirmed-victim',
])
const statuses: ReadonlySet<string> = new Set<Marked['status']>(['active', 'revoked', 'expired'])

export const concernsVictim = (notice: Marked): boolean =>
  notice.operatorStatus === 'possible-victim' || notice.operatorStatus === 'confirmed-victim'

/**
 * Why a marking leaves the notice to its originator alone, or undefined. Gateway and hub refuse all
 * of these. If one appears later (an older program, a changed rule, a fault), it grants nothing to
 * anybody.
 */
export const notUnderstood = (notice: Marked, tlp: Tlp): Rule | undefined => {
  if (!Array.isArray(notice.codes) || !notice.codes.every((code) => codes.has(code)))
    return 'unknown-code'
  if (notice.purposes !== null && !Array.isArray(notice.purposes)) return 'unknown-purposes'
  if (!operatorStatuses.has(notice.operatorStatus)) return 'unknown-operator-status'
  if (!statuses.has(notice.status)) return 'unknown-status'
  return (
    releaseFault(notice.release, tlp.lists) ??
    (concernsVictim(notice) && isAboveAmber(notice) ? 'victim-above-amber' : undefined)
  )
}

const isAboveAmber = (notice: Marked): boolean => notice.tlp === 'GREEN' || notice.tlp === 'CLEAR'

/**
 * What is wrong with a release, or undefined. An empty list names nobody, so any TLP may carry it.
 * A value that is no list of names could mean anything, so it is refused.
 */
const releaseFault = (release: Release | null, allowed: readonly List[]): Rule | undefined => {
  if (release === null) return undefined
  if (typeof release !== 'object') return 'unknown-list'
  const entries = Object.entries(release)
  if (!entries.every(([list, names]) => lists.has(list) && Array.isArray(names)))
    return 'unknown-list'
  return entries.every(([list, names]) => names.length === 0 || allowed.includes(list as List))
    ? undefined
    : 'release-contradicts-tlp'
}
