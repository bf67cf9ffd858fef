import { tlps, type List } from '../decide/tlp.ts'
import type { NoticeBody, Release } from '../generated/types.ts'
import type { Refusal } from '../refusal.ts'
import type { Micros } from '../registry/registry.ts'
import { parseMicros } from '../time.ts'
import { isTooOld, likelyYear } from './era.ts'

/**
 * The names that the registry has. `hasParticipant` knows members and dialogue partners;
 * `hasPartner` knows corporate partners.
 */
export type KnownNames = {
  readonly hasParticipant: (id: string) => boolean
  readonly hasAgency: (id: string) => boolean
  readonly hasGroup: (id: string) => boolean
  readonly hasPartner: (id: string) => boolean
}

/** `now: 0` leaves out what depends on the time of the check: expiry, review, times observed. */
export type RuleContext = { readonly now: Micros; readonly registry: KnownNames }

/**
 * A rule that no schema can express. It is checked only if the members that it reads have the
 * structure that their types promise.
 */
export type NoticeRule = {
  readonly reads: readonly string[]
  readonly check: (notice: NoticeBody, context: RuleContext) => readonly Refusal[]
}

const none: readonly Refusal[] = []
const one = (code: Refusal['code'], pointer: string, detail?: string): readonly Refusal[] => [
  { code, pointer, ...(detail !== undefined && { detail }) },
]

const dayUs = 86_400_000_000
const yearAt = (now: Micros): number => new Date(now / 1000).getUTCFullYear()

/** Clocks differ by less than a day. A year of another calendar lies far in the future or past. */
const observedTime = ({ observed }: NoticeBody, { now }: RuleContext): readonly Refusal[] => {
  if (now === 0) return none
  return (['first', 'last'] as const).flatMap((name) => {
    const time = observed?.[name]
    if (time === undefined || (!isTooOld(time) && parseMicros(time)! <= now + dayUs)) return none
    const likely = likelyYear(time, yearAt(now))
    const detail =
      likely === undefined
        ? `from 1990 to tomorrow, ${new Date((now + dayUs) / 1000).toISOString().slice(0, 10)}`
        : `likely ${likely}`
    return one('notice/observed-implausible', `/observed/${name}`, detail)
  })
}

const observedOrder = ({ observed }: NoticeBody): readonly Refusal[] => {
  if (observed?.first === undefined || observed.last === undefined) return none
  return parseMicros(observed.last)! < parseMicros(observed.first)!
    ? one('notice/observed-order', '/observed/last')
    : none
}

/** Half open, as in `decide`: a notice is expired at the time of its expiry. */
const expiry = ({ handling }: NoticeBody, { now }: RuleContext): readonly Refusal[] => {
  if (handling.expires === undefined) return none
  const expires = parseMicros(handling.expires)!
  if (expires <= now) return one('handling/expires-in-past', '/handling/expires')
  if (Number.isSafeInteger(expires)) return none
  const likely = now === 0 ? undefined : likelyYear(handling.expires, yearAt(now) + 10)
  return one(
    'notice/bad-value',
    '/handling/expires',
    likely === undefined
      ? 'before the year 2255; leave it out for a notice that does not expire'
      : `before the year 2255; likely ${likely}`,
  )
}

/** The review must lie in the future, and before the expiry. */
const review = ({ handling }: NoticeBody, { now }: RuleContext): readonly Refusal[] => {
  if (handling.review === undefined) return none
  const at = parseMicros(handling.review)!
  if (at <= now) return one('handling/review-in-past', '/handling/review')
  if (handling.expires !== undefined && at >= parseMicros(handling.expires)!)
    return one('handling/review-after-expiry', '/handling/review')
  return Number.isSafeInteger(at)
    ? none
    : one('notice/bad-value', '/handling/review', 'before the year 2255')
}

/** A reader would never see conditions without H3, while the sender relies on them. */
const conditions = ({ handling }: NoticeBody): readonly Refusal[] => {
  const asks = handling.codes?.includes('H3') ?? false
  if (asks && handling.conditions === undefined)
    return one('handling/conditions-missing', '/handling/conditions')
  return !asks && handling.conditions !== undefined
    ? one('notice/bad-value', '/handling/conditions', 'conditions go with the code H3')
    : none
}

const victim = ({ operatorStatus, handling }: NoticeBody): readonly Refusal[] => {
  const concerned = operatorStatus === 'possible-victim' || operatorStatus === 'confirmed-victim'
  return concerned && (handling.tlp === 'GREEN' || handling.tlp === 'CLEAR')
    ? one('handling/victim-above-amber', '/handling/tlp')
    : none
}

const lists = [
  'participants',
  'agencies',
  'groups',
  'partners',
  'exclude',
] as const satisfies readonly List[]

/** The known release lists of a release. In a dry run it may also have unknown members. */
const listsOf = (release: Release): (readonly [List, readonly string[]])[] =>
  lists.map((list) => [list, release[list] ?? []] as const)

/** An empty list names nobody, so any TLP may carry it. */
const contradiction = ({ handling: { tlp, release } }: NoticeBody): readonly Refusal[] => {
  const allowed = tlps.get(tlp)?.lists ?? []
  if (
    release === undefined ||
    listsOf(release).every(([list, names]) => names.length === 0 || allowed.includes(list))
  )
    return none
  return listsOf(release)
    .filter(([list, names]) => names.length > 0 && !allowed.includes(list))
    .map(([list]) => ({
      code: 'handling/release-contradicts-tlp',
      pointer: `/handling/release/${list}`,
      detail: `${tlp} may carry ${allowed.join(', ')}`,
    }))
}

type Naming = {
  readonly code: Refusal['code']
  readonly isKnown: (name: string, registry: KnownNames) => boolean
  readonly hint?: (name: string, registry: KnownNames) => string | undefined
}

const naming: Readonly<Record<List, Naming>> = {
  participants: {
    code: 'handling/unknown-participant',
    isKnown: (name, r) => name === '*' || r.hasParticipant(name),
    hint: (name, r) =>
      r.hasPartner(name) ? 'a corporate partner: name it in partners' : undefined,
  },
  agencies: { code: 'handling/unknown-agency', isKnown: (name, r) => r.hasAgency(name) },
  groups: { code: 'handling/unknown-group', isKnown: (name, r) => r.hasGroup(name) },
  partners: {
    code: 'handling/unknown-participant',
    isKnown: (name, r) => r.hasPartner(name),
    hint: (name, r) =>
      r.hasParticipant(name) ? 'no corporate partner: name it in participants' : undefined,
  },
  exclude: {
    code: 'handling/unknown-participant',
    isKnown: (name, r) => r.hasParticipant(name) || r.hasAgency(name) || r.hasPartner(name),
    hint: () => 'neither a participant nor an agency',
  },
}

const unknownNames = ({ handling }: NoticeBody, { registry }: RuleContext): readonly Refusal[] =>
  handling.release === undefined
    ? none
    : listsOf(handling.release).flatMap(([list, names]) => unknownIn(list, names, registry))

const unknownIn = (
  list: List,
  names: readonly string[],
  registry: KnownNames,
): readonly Refusal[] => {
  const { code, isKnown, hint } = naming[list]
  if (names.every((name) => isKnown(name, registry))) return none
  return names.flatMap((name, i) =>
    isKnown(name, registry)
      ? none
      : one(code, `/handling/release/${list}/${i}`, hint?.(name, registry)),
  )
}

/** The rules, in the order in which their refusals are reported. */
export const rules: readonly NoticeRule[] = [
  { reads: ['/observed'], check: observedTime },
  { reads: ['/observed'], check: observedOrder },
  { reads: ['/handling/expires'], check: expiry },
  { reads: ['/handling/review', '/handling/expires'], check: review },
  { reads: ['/handling/codes', '/handling/conditions'], check: conditions },
  { reads: ['/operatorStatus', '/handling/tlp'], check: victim },
  { reads: ['/handling/release', '/handling/tlp'], check: contradiction },
  { reads: ['/handling/release'], check: unknownNames },
]
