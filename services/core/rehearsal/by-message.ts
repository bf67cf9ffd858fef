import type { Marked } from '../decide/decide.ts'
import type { RegistryMessage } from '../generated/types.ts'
import { rehearseFor, type Rehearsed } from './rehearse.ts'
import type {
  Agency,
  AgencyRole,
  Group,
  Micros,
  Participant,
  Purpose,
  Registry,
  Right,
} from '../registry/registry.ts'

/** What somebody would get of the notice. */
export type Told = Pick<Rehearsed, 'decision' | 'toldFirst'>

/**
 * What the agencies of another participant would see. This gateway does not know which agency is
 * which, only how many get each outcome.
 */
type OthersRehearsed = {
  readonly participant: string
  readonly type: Participant['type']
  /**
   * The agencies that the notice itself names. Each has one outcome, or several possible ones if
   * its participant's agencies differ in rights.
   */
  readonly named: readonly { readonly agency: string; readonly outcomes: readonly Told[] }[]
  /**
   * Of the other agencies, between `least` and `most` get each outcome. The two differ only if the
   * notice names agencies.
   */
  readonly groups: readonly (Told & { readonly least: number; readonly most: number })[]
}

export type Rehearsal = {
  readonly own: readonly Rehearsed[]
  readonly others: readonly OthersRehearsed[]
}

type Profile = Pick<Agency, 'status' | 'rights' | 'purposes' | 'roles'> & { readonly count: number }

/**
 * Who would see a notice, by what the hub tells a gateway of the registry: own agencies by name,
 * the agencies of others counted for each participant. Undefined if the message does not tell the
 * rights of agencies, as that of an older hub.
 */
export const rehearseByMessage = (
  notice: Marked,
  message: RegistryMessage,
  now: Micros,
): Rehearsal | undefined => {
  if (message.profiles === undefined) return undefined
  const registry = registryOfMessage(message)
  const rehearsed = (agency: Agency): Rehearsed =>
    rehearseFor(
      agency,
      registry.participants.get(agency.participant)!,
      notice,
      { ...registry, agencies: new Map([[agency.id, agency]]) },
      now,
    )
  const admitted = message.agencies.filter((a) => registry.participants.has(a.participant))
  const own = admitted
    .filter((a) => a.participant === message.aud)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    own: own.map((a) =>
      rehearsed(agencyOf(a.id, a.participant, { status: a.status, ...mayDo(a) })),
    ),
    others: [...registry.participants.values()]
      .filter((p) => p.id !== message.aud)
      .map((p) => {
        const named = admitted.filter((a) => a.participant === p.id && isNamedBy(notice, a.id))
        return othersOf(p, named, profilesOf(message, p.id), (id, profile) =>
          toldIn(rehearsed(agencyOf(id, p.id, profile))),
        )
      }),
  }
}

/**
 * Every participant in the message belongs now. The message does not say since when, and for a
 * notice that is about to be logged that makes no difference.
 */
const registryOfMessage = ({ version, participants, groups }: RegistryMessage): Registry => {
  const always = [{ from: 0 }]
  return {
    version,
    agencies: new Map(),
    keys: new Map(),
    clients: new Map(),
    participants: new Map(
      [...participants]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((p) => [p.id, { ...p, name: p.id, admitted: always }]),
    ),
    groups: new Map(
      groups.map(({ id, members }): [string, Group] => [
        id,
        { id, name: id, members: Object.fromEntries(members.map((m) => [m, always])) },
      ]),
    ),
  }
}

const mayDo = ({
  rights = [],
  purposes = [],
  roles = [],
}: {
  readonly rights?: readonly string[]
  readonly purposes?: readonly string[]
  readonly roles?: readonly string[]
}) => ({
  rights: rights as readonly Right[],
  purposes: purposes as readonly Purpose[],
  roles: roles as readonly AgencyRole[],
})

const agencyOf = (
  id: string,
  participant: string,
  { status, rights, purposes, roles }: Omit<Profile, 'count'>,
): Agency => ({ id, participant, name: id, status, rights, purposes, roles })

const profilesOf = ({ profiles = [] }: RegistryMessage, participant: string): Profile[] =>
  profiles
    .filter((p) => p.participant === participant)
    .map((p) => ({ status: p.status, ...mayDo(p), count: p.agencies }))

const isNamedBy = ({ release }: Marked, agency: string): boolean =>
  [release?.agencies, release?.exclude].some((names) => names?.includes(agency))

/** No name has a space, so no notice can name this one. */
const nobody = ' '

const othersOf = (
  { id: participant, type }: Participant,
  named: readonly { readonly id: string; readonly status: string }[],
  profiles: readonly Profile[],
  toldOf: (id: string, profile: Profile) => Told,
): OthersRehearsed => {
  const total = profiles.reduce((sum, { count }) => sum + count, 0)
  const alike = Map.groupBy(
    profiles.map((profile) => ({ count: profile.count, told: toldOf(nobody, profile) })),
    ({ told }) => JSON.stringify(told),
  )
  const groups = [...alike.values()].map((same) => {
    const count = same.reduce((sum, one) => sum + one.count, 0)
    return {
      least: Math.max(0, count - named.length),
      most: Math.min(count, total - named.length),
      ...same[0]!.told,
    }
  })
  return {
    participant,
    type,
    groups: groups.filter(({ most }) => most > 0),
    named: named.map(({ id, status }) => ({
      agency: id,
      outcomes: different(profiles.filter((p) => p.status === status).map((p) => toldOf(id, p))),
    })),
  }
}

const toldIn = ({ decision, toldFirst }: Rehearsed): Told => ({
  decision,
  ...(toldFirst && { toldFirst }),
})

const different = (outcomes: readonly Told[]): Told[] => [
  ...new Map(outcomes.map((o) => [JSON.stringify(o), o])).values(),
]
