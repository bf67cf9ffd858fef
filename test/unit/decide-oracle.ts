import type { Marked, Reader } from '#core/decide/decide.ts'
import type { Agency, Interval, Micros, Registry } from '#core/registry/registry.ts'

/*
 * An independent reading of the design's "Who may see what". It computes, for one notice, the sets
 * of agencies that the prose names, and shares nothing with services/core but types.
 */
export type Seen = {
  readonly content: boolean
  readonly existence: boolean
  readonly shown: ReadonlySet<string>
  readonly marks: readonly string[]
}
type Agencies = ReadonlySet<string>

const everyField: Agencies = new Set(
  (
    'release evaluation operatorStatus advice narrative caseReference contact agency language ' +
    'holder reason tellEnquiries blindContact links campaign loss modus by'
  ).split(' '),
)
const none: Agencies = new Set()
const nothing: Seen = { content: false, existence: false, shown: none, marks: [] }
const wasThere: Seen = { content: false, existence: true, shown: none, marks: [] }
const everything: Seen = { content: true, existence: true, shown: everyField, marks: [] }

const during = (intervals: readonly Interval[] | undefined, t: Micros): boolean =>
  (intervals ?? []).filter(({ from, to = Infinity }) => t >= from && t < to).length > 0

const mayCarry: Readonly<Record<string, string>> = {
  RED: 'agencies',
  'AMBER+STRICT': 'participants groups agencies exclude',
  AMBER: 'participants groups agencies partners exclude',
  GREEN: 'partners exclude',
  CLEAR: 'exclude',
}
const known = 'participants agencies groups partners exclude'.split(' ')

/**
 * A marking that is refused on submission. If it appears later, the notice is its originator's
 * only.
 */
const meansOriginatorOnly = (n: Marked): boolean => {
  const lists: readonly [string, unknown][] = Object.entries(n.release ?? {})
  const victim = n.operatorStatus.endsWith('-victim')
  return [
    !Object.keys(mayCarry).includes(n.tlp),
    n.codes.some((code) => !['H0', 'H1', 'H2', 'H3'].includes(code)),
    ![n.purposes ?? []].some(Array.isArray),
    !['unknown', 'suspect', 'possible-victim', 'confirmed-victim'].includes(n.operatorStatus),
    !['active', 'revoked', 'expired'].includes(n.status),
    lists.some(([name, names]) => !known.includes(name) || !Array.isArray(names)),
    lists.some(
      ([name, names]) =>
        Array.isArray(names) && names.length > 0 && !mayCarry[n.tlp]?.split(' ').includes(name),
    ),
    victim && ['GREEN', 'CLEAR'].includes(n.tlp),
  ].includes(true)
}

/** The agencies in good standing, whose participants belong and have a type with a column. */
const society = (world: Registry, now: Micros) => {
  const standing = [...world.agencies.values()].filter(({ status, participant: p }) => {
    const own = world.participants.get(p)
    return status === 'active' && own?.status === 'active' && during(own.admitted, now)
  })
  const typed = (...types: string[]): Agency[] =>
    standing.filter((a) => types.includes(world.participants.get(a.participant)!.type))
  const ids = (agencies: readonly Agency[]): Agencies => new Set(agencies.map((a) => a.id))
  return {
    standing,
    ids,
    police: typed('member', 'dialogue-partner'),
    members: typed('member'),
    companies: typed('corporate-partner'),
  }
}
const societies = new WeakMap<Registry, ReturnType<typeof society>>()
const societyOf = (world: Registry, now: Micros): ReturnType<typeof society> => {
  if (!societies.has(world)) societies.set(world, society(world, now))
  return societies.get(world)!
}

/**
 * The two columns of the TLP table for one notice: the agencies that get all but release, and the
 * companies that get a redacted copy.
 */
const columns = (
  n: Marked,
  world: Registry,
  now: Micros,
): { police: Agencies; companies: Agencies } => {
  const { police, members, companies, ids } = societyOf(world, now)
  const list = (name: keyof NonNullable<Marked['release']>): readonly string[] =>
    n.release?.[name] ?? []
  const throughout = (intervals: readonly Interval[] | undefined): boolean =>
    during(intervals, n.loggedAt) && during(intervals, now)
  const belongs = (a: Agency): boolean =>
    throughout(world.participants.get(a.participant)!.admitted)

  const byName = ids(police.filter((a) => list('participants').includes(a.participant)))
  const byStar = list('participants').includes('*') ? ids(members.filter(belongs)) : none
  const byGroup = ids(
    police.filter(
      (a) =>
        belongs(a) &&
        list('groups').some((g) => throughout(world.groups.get(g)?.members[a.participant])),
    ),
  )
  const released = byName.union(byStar).union(byGroup)
  const strict = ids(police.filter((a) => a.rights.includes('strict')))
  const agencies = ids(police).intersection(new Set(list('agencies')))
  const partners = ids(companies.filter((a) => list('partners').includes(a.participant)))
  const all = ids(police)
  const table: Readonly<Record<string, [Agencies, Agencies]>> = {
    RED: [agencies, none],
    'AMBER+STRICT': [released.intersection(strict).union(agencies), none],
    AMBER: [released.union(agencies), partners],
    GREEN: [all, partners],
    CLEAR: [all, ids(companies)],
  }
  const away = ids(
    [...police, ...companies].filter(
      (a) => list('exclude').includes(a.id) || list('exclude').includes(a.participant),
    ),
  )
  const [forPolice, forCompanies] = table[n.tlp]!
  return { police: forPolice.difference(away), companies: forCompanies.difference(away) }
}

/** Answers, for one notice in one world at one time, what each reader sees. */
export const oracle = (n: Marked, world: Registry, now: Micros): ((reader: Reader) => Seen) => {
  const { standing } = societyOf(world, now)
  const originators = standing
    .filter((a) => a.participant === n.issuer && (a.id === n.agency || a.roles.includes('ncb')))
    .map((a) => a.id)
  const { police, companies } = meansOriginatorOnly(n)
    ? { police: none, companies: none }
    : columns(n, world, now)
  const over = n.status === 'expired' || (n.expires !== null && now >= n.expires)

  return (reader) => {
    const agency = world.agencies.get(reader.agency)
    if (agency?.participant !== reader.participant) return nothing
    if (n.status === 'destroyed') return nothing
    if (originators.includes(agency.id)) return everything
    const inReach = police.has(agency.id) || companies.has(agency.id)
    if (!inReach || !agency.rights.includes('read') || !purposeFits(n, agency, reader))
      return nothing
    if (over) return wasThere
    const copy = companies.has(agency.id) ? companyCopy(n) : policeCopy(n, agency)
    const h3 = n.codes.includes('H3')
    const marks = [
      ...copy.marks,
      ...(n.codes.includes('H2') ? ['notToBePassedOn'] : []),
      ...(h3 ? ['conditions'] : []),
    ]
    if (h3 && reader.acknowledged !== true) return { ...wasThere, marks }
    return { ...copy, content: n.status !== 'revoked', marks }
  }
}

const purposeFits = (n: Marked, agency: Agency, { purpose }: Reader): boolean => {
  if (purpose === undefined) return n.purposes === null
  return agency.purposes.includes(purpose) && (n.purposes ?? [purpose]).includes(purpose)
}

const policeCopy = (n: Marked, agency: Agency): Seen => {
  const privileged =
    agency.rights.includes('case') || (n.release?.agencies ?? []).includes(agency.id)
  return {
    ...everything,
    shown: everyField.difference(
      new Set(['release', 'links', 'by', ...(privileged ? [] : ['caseReference', 'contact'])]),
    ),
  }
}

/**
 * A company sees the advice; on a victim only if it is `block`, which the caller finds out when it
 * knows the advice.
 */
const companyCopy = (n: Marked): Seen =>
  n.operatorStatus.endsWith('-victim')
    ? {
        ...everything,
        shown: new Set(['tellEnquiries']),
        marks: ['AMBER+STRICT', 'advice only block'],
      }
    : { ...everything, shown: new Set(['advice', 'tellEnquiries']), marks: ['AMBER+STRICT'] }
