import type { Marked, Reader, Release } from '#core/decide/decide.ts'
import type {
  Agency,
  AgencyRole,
  Group,
  Interval,
  Participant,
  ParticipantType,
  Purpose,
  Registry,
  Right,
  Standing,
} from '#core/registry/registry.ts'

/*
 * The small model: a member that issues, a second member, a dialogue partner and a corporate
 * partner (and one of a type that nobody knows), with agencies of every mix of rights, in every
 * state of belonging when a notice was logged and now.
 */
export const loggedAt = 1000
export const now = 2000

/**
 * Belonging at the log time and now. Every end lies on a boundary, where mistakes with half open
 * intervals show.
 */
export const belongings: Readonly<Record<string, readonly Interval[]>> = {
  throughout: [{ from: 0, to: 500 }, { from: loggedAt }],
  'then only': [{ from: loggedAt, to: now }],
  'now only': [
    { from: 0, to: loggedAt },
    { from: loggedAt + 1, to: now + 1 },
  ],
  neither: [{ from: 0, to: loggedAt }, { from: now + 1 }],
}

export type World = { readonly name: string; readonly registry: Registry }
type Suspended = 'nobody' | 'participants' | 'agencies' | 'the issuer'
export type WorldSpec = {
  readonly admitted: string
  readonly grouped: string
  readonly suspended: Suspended
}

const types: Readonly<Record<string, ParticipantType>> = {
  M1: 'member',
  M2: 'member',
  D: 'dialogue-partner',
  X: 'corporate-partner',
  U: 'observer' as ParticipantType,
}
const police: readonly Right[] = ['read', 'strict', 'case']

/** The corporate partner's agency has its participant's id, as in practice. */
const agencies: Readonly<
  Record<string, readonly [string, readonly Right[], readonly AgencyRole[]]>
> = {
  'M1-NCB': ['M1', ['submit'], ['ncb']],
  'M1-SUB': ['M1', ['submit'], []],
  'M1-ALL': ['M1', police, ['victim-desk']],
  'M2-NCB': ['M2', ['read'], ['ncb']],
  'M2-ALL': ['M2', police, []],
  'M2-READ': ['M2', ['read'], []],
  'M2-CASE': ['M2', ['read', 'case'], []],
  'M2-STRICT': ['M2', ['read', 'strict'], []],
  'M2-NONE': ['M2', ['strict', 'case', 'lookup'], []],
  'D-ALL': ['D', police, []],
  'D-READ': ['D', ['read'], []],
  X: ['X', police, []],
  'X-NONE': ['X', ['submit'], []],
  'U-ALL': ['U', police, []],
}
const held: readonly Purpose[] = ['criminal-investigation', 'victim-rescue']

export const worldOf = ({ admitted, grouped, suspended }: WorldSpec): World => {
  const standing = (is: boolean): Standing => (is ? 'suspended' : 'active')
  const participants = Object.entries(types).map(([id, type]): [string, Participant] => [
    id,
    {
      id,
      type,
      name: id,
      admitted: belongings[admitted]!,
      status: standing(suspended === 'participants' || (suspended === 'the issuer' && id === 'M1')),
    },
  ])
  const all = Object.entries(agencies).map(
    ([id, [participant, rights, roles]]): [string, Agency] => [
      id,
      {
        id,
        participant,
        name: id,
        rights,
        roles,
        purposes: held,
        status: standing(suspended === 'agencies'),
      },
    ],
  )
  const group = (id: string, intervals: readonly Interval[]): [string, Group] => [
    id,
    {
      id,
      name: id,
      members: { M1: intervals, M2: intervals, D: intervals, X: intervals, U: intervals },
    },
  ]
  const groups = [
    group('G', belongings[grouped]!),
    group('OLD', belongings['then only']!),
    group('NEW', belongings['now only']!),
  ]
  return {
    name: `admitted ${admitted}, in G ${grouped}, ${suspended} suspended`,
    registry: {
      version: 1,
      participants: new Map(participants),
      agencies: new Map(all),
      groups: new Map(groups),
      keys: new Map(),
      clients: new Map(),
    },
  }
}

const names = Object.keys(belongings)
export const settled = worldOf({
  admitted: 'throughout',
  grouped: 'throughout',
  suspended: 'nobody',
})
const belongingWorlds = names.flatMap((admitted) =>
  names.map((grouped) => worldOf({ admitted, grouped, suspended: 'nobody' })),
)
export const suspensionWorlds = (['nobody', 'participants', 'agencies', 'the issuer'] as const).map(
  (suspended) => worldOf({ admitted: 'throughout', grouped: 'throughout', suspended }),
)

export const readers: readonly Reader[] = [
  ...Object.entries(agencies).map(([agency, [participant]]) => ({ participant, agency })),
  { participant: 'M2', agency: 'D-ALL' },
  { participant: 'M2', agency: 'nobody' },
  { participant: 'nobody', agency: 'M2-ALL' },
]

/** Every combination of one value for each name. */
export const combine = <T extends Readonly<Record<string, readonly unknown[]>>>(
  choices: T,
): { [K in keyof T]: T[K][number] }[] => {
  const grown = Object.entries(choices).reduce<Record<string, unknown>[]>(
    (made, [name, values]) =>
      made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )
  return grown as { [K in keyof T]: T[K][number] }[]
}

const lists = combine({
  participants: [undefined, ['M2'], ['D'], ['*'], ['X'], ['*', 'D']],
  agencies: [undefined, ['M2-READ', 'D-READ', 'X'], ['M1-ALL', 'M2-NONE']],
  groups: [undefined, ['G'], ['OLD', 'NEW'], ['nobody', 'G', 'NEW']],
  partners: [undefined, ['X'], ['M2', '*']],
  exclude: [undefined, ['M2'], ['M2-READ', 'D'], ['X'], ['M1', 'U']],
})
/** A list that is absent is left out, as it is in a notice. */
const compact = (release: object): Release =>
  Object.fromEntries(Object.entries(release).filter(([, value]) => value !== undefined))

const odd = [
  null,
  { participants: [], agencies: [], groups: [], partners: [], exclude: [] },
  { regions: [] },
  { participants: ['M2'], regions: ['R'] },
  { participants: 'M2' },
  { exclude: 'M2' },
  { exclude: null },
  { participants: ['M2'], groups: undefined },
] as (Release | null)[]
const releases: readonly (Release | null)[] = [...odd, ...lists.map(compact)]

/** Enough lists to reach every reader in every way, for products that vary something else. */
export const fewReleases: readonly (Release | null)[] = [
  null,
  { participants: ['M2', 'D'] },
  { participants: ['*'], partners: ['X'] },
  { participants: ['*'] },
  { groups: ['G'] },
  { agencies: ['M2-READ', 'D-READ'] },
  { partners: ['X'] },
  { exclude: ['M2-READ', 'X'] },
]

export const tlps = ['RED', 'AMBER+STRICT', 'AMBER', 'GREEN', 'CLEAR', 'amber']

export const plain: Marked = {
  issuer: 'M1',
  agency: 'M1-SUB',
  tlp: 'AMBER',
  codes: ['H0'],
  purposes: null,
  release: null,
  expires: null,
  operatorStatus: 'suspect',
  loggedAt,
  status: 'active',
}

/** One block of the model: every notice is read by every reader in every world. */
export type Block = {
  readonly title: string
  readonly notices: readonly Marked[]
  readonly readers: readonly Reader[]
  readonly worlds: readonly World[]
}

const noticesOf = (choices: Readonly<Record<string, readonly unknown[]>>): Marked[] =>
  combine(choices).map((one) => ({ ...plain, ...one }))
const readersWith = (choices: Readonly<Record<string, readonly unknown[]>>): Reader[] =>
  readers.flatMap((reader) =>
    combine(choices).map((one) => ({ ...reader, ...(compact(one) as object) })),
  )

const statuses = ['active', 'revoked', 'expired', 'destroyed', 'paused']
const operatorStatuses = ['unknown', 'suspect', 'possible-victim', 'confirmed-victim', 'Suspect']
const codes = [[], ['H0'], ['H1'], ['H2'], ['H3'], ['H2', 'H3'], ['H4'], ['H0', 'h3']]

export const blocks: readonly Block[] = [
  {
    title: 'TLP, release lists and belonging',
    worlds: belongingWorlds,
    readers,
    notices: noticesOf({ tlp: tlps, release: releases }),
  },
  {
    title: 'codes, operator status, expiry, status and acknowledgement',
    worlds: [settled],
    readers: readersWith({ acknowledged: [undefined, false, true] }),
    notices: noticesOf({
      tlp: tlps,
      release: fewReleases,
      codes,
      operatorStatus: operatorStatuses,
      status: statuses,
      expires: [null, now - 1, now, now + 1],
    }),
  },
  {
    title: 'purposes, suspension and expiry',
    worlds: suspensionWorlds,
    readers: readersWith({
      purpose: [undefined, 'criminal-investigation', 'victim-rescue', 'threat-analysis'],
      acknowledged: [undefined, true],
    }),
    notices: noticesOf({
      tlp: tlps,
      release: fewReleases,
      codes: [['H0'], ['H3']],
      expires: [null, now],
      purposes: [
        null,
        [],
        ['criminal-investigation'],
        ['victim-rescue', 'threat-analysis'],
        ['threat-analysis', 'other'],
        'criminal-investigation',
      ],
    }),
  },
  {
    title: 'issuer and submitting agency',
    worlds: [...belongingWorlds, ...suspensionWorlds],
    readers,
    notices: noticesOf({
      tlp: tlps,
      release: fewReleases,
      issuer: ['M1', 'M2', 'D', 'X', 'nobody'],
      agency: ['M1-SUB', 'M1-ALL', 'M2-ALL', 'X', null],
      operatorStatus: ['suspect', 'possible-victim'],
    }),
  },
]

export const sizeOf = ({ notices, readers, worlds }: Block): number =>
  notices.length * readers.length * worlds.length
