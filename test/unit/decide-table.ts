import { readFileSync } from 'node:fs'
import type { Decision, Marked, Reader } from '#core/decide/decide.ts'
import { disclosures } from '#core/disclosures.ts'
import type { Agency, Interval, Micros, Participant, Registry } from '#core/registry/registry.ts'

/**
 * Reads the tables of services/core/README.md and decides by them, row by row, with a predicate for
 * each phrase.
 */
export type Asking = {
  readonly reader: Reader
  readonly notice: Marked
  readonly registry: Registry
  readonly now: Micros
}
type Predicate = (asking: Asking) => boolean
export type Row = Readonly<Record<string, string>>

const readme = readFileSync(new URL('../../services/core/README.md', import.meta.url), 'utf8')
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

export const readTable = (name: string): Row[] => {
  const [, after] = readme.split(`<!-- table: ${name} -->\n`)
  if (after === undefined) throw new Error(`services/core/README.md has no table ${name}`)
  const [head, , ...rows] = after.split('\n\n')[0]!.trim().split('\n')
  const columns = cells(head!)
  return rows.map((row) => Object.fromEntries(cells(row).map((cell, i) => [columns[i]!, cell])))
}

const participantOf = ({ reader, registry }: Asking): Participant | undefined =>
  registry.participants.get(reader.participant)
const agencyOf = ({ reader, registry }: Asking): Agency | undefined =>
  registry.agencies.get(reader.agency)
const at = (t: Micros, intervals?: readonly Interval[]): boolean => {
  for (const i of intervals ?? [])
    if (i.from <= t && t < (i.to ?? Number.MAX_SAFE_INTEGER)) return true
  return false
}
const ofType =
  (...types: string[]): Predicate =>
  (a) =>
    types.includes(participantOf(a)!.type)
const tlp =
  (...tlps: string[]): Predicate =>
  ({ notice }) =>
    tlps.includes(notice.tlp)
const holds =
  (right: string): Predicate =>
  (a) =>
    agencyOf(a)!.rights.some((held) => held === right)
const not =
  (predicate: Predicate): Predicate =>
  (a) =>
    !predicate(a)
const any =
  (...all: Predicate[]): Predicate =>
  (a) =>
    all.some((predicate) => predicate(a))

const oneOf =
  (...values: string[]) =>
  (value: string): boolean =>
    values.includes(value)
const inAgencies: Predicate = (a) => (a.notice.release?.agencies ?? []).includes(a.reader.agency)
const inParticipants: Predicate = (a) =>
  (a.notice.release?.participants ?? []).includes(a.reader.participant)
const starNow: Predicate = (a) =>
  participantOf(a)!.type === 'member' && (a.notice.release?.participants ?? []).includes('*')
const admittedThen: Predicate = (a) => at(a.notice.loggedAt, participantOf(a)!.admitted)
const inGroup = (a: Asking, ...times: Micros[]): boolean =>
  (a.notice.release?.groups ?? []).some((id) =>
    times.every((t) => at(t, a.registry.groups.get(id)?.members[a.reader.participant])),
  )
const byStar: Predicate = (a) => starNow(a) && admittedThen(a)
const byGroup: Predicate = (a) => admittedThen(a) && inGroup(a, a.now, a.notice.loggedAt)
const listsOf = ({ notice }: Asking): [string, unknown][] => Object.entries(notice.release ?? {})
const carries: Readonly<Record<string, string>> = {
  RED: 'agencies',
  'AMBER+STRICT': 'participants,groups,agencies,exclude',
  AMBER: 'participants,groups,agencies,exclude,partners',
  GREEN: 'partners,exclude',
  CLEAR: 'exclude',
}

const phrases: Readonly<Record<string, Predicate>> = {
  otherwise: () => true,
  'reader unknown': (a) =>
    participantOf(a) === undefined || agencyOf(a)?.participant !== participantOf(a)!.id,
  'reader suspended': (a) =>
    participantOf(a)!.status === 'suspended' || agencyOf(a)!.status === 'suspended',
  'participant not admitted now': (a) => !at(a.now, participantOf(a)!.admitted),
  'content destroyed': ({ notice }) => notice.status === 'destroyed',
  'submitting agency': (a) =>
    a.reader.participant === a.notice.issuer && a.reader.agency === a.notice.agency,
  'NCB of the issuer': (a) =>
    a.reader.participant === a.notice.issuer && agencyOf(a)!.roles.includes('ncb'),
  'TLP unknown': not(tlp('RED', 'AMBER+STRICT', 'AMBER', 'GREEN', 'CLEAR')),
  'a handling code unknown': ({ notice }) => !notice.codes.every(oneOf('H0', 'H1', 'H2', 'H3')),
  'purposes not a list': ({ notice }) =>
    notice.purposes !== null && !Array.isArray(notice.purposes),
  'operator status unknown': ({ notice }) =>
    !oneOf('unknown', 'suspect', 'possible-victim', 'confirmed-victim')(notice.operatorStatus),
  'status unknown': ({ notice }) => !oneOf('active', 'revoked', 'expired')(notice.status),
  'release not a set of known lists': (a) =>
    listsOf(a).some(
      ([name, names]) => !carries['AMBER']!.split(',').includes(name) || !Array.isArray(names),
    ),
  'a list names somebody but its TLP may not carry it': (a) =>
    listsOf(a).some(
      ([name, names]) =>
        (names as string[]).length > 0 && !carries[a.notice.tlp]!.split(',').includes(name),
    ),
  victim: ({ notice }) => oneOf('possible-victim', 'confirmed-victim')(notice.operatorStatus),
  'participant or agency excluded': ({ notice, reader }) =>
    (notice.release?.exclude ?? []).some(oneOf(reader.participant, reader.agency)),
  'corporate partner': ofType('corporate-partner'),
  police: ofType('member', 'dialogue-partner'),
  'type of participant unknown': not(ofType('member', 'dialogue-partner', 'corporate-partner')),
  'TLP RED': tlp('RED'),
  'TLP AMBER+STRICT': tlp('AMBER+STRICT'),
  'TLP GREEN': tlp('GREEN'),
  'TLP CLEAR': tlp('CLEAR'),
  'TLP RED or AMBER+STRICT': tlp('RED', 'AMBER+STRICT'),
  'TLP AMBER or AMBER+STRICT': tlp('AMBER', 'AMBER+STRICT'),
  'TLP AMBER or GREEN': tlp('AMBER', 'GREEN'),
  'TLP GREEN or CLEAR': tlp('GREEN', 'CLEAR'),
  'not in `partners`': ({ notice, reader }) =>
    !(notice.release?.partners ?? []).includes(reader.participant),
  'in `agencies`': inAgencies,
  'not in `agencies`': not(inAgencies),
  'in `participants`': inParticipants,
  'reached by `*`': byStar,
  'reached by a group': byGroup,
  'not released': not(any(inParticipants, byStar, byGroup)),
  'released but for the log time': any(starNow, (a) => inGroup(a, a.now)),
  'right `read` missing': not(holds('read')),
  'right `strict` missing': not(holds('strict')),
  'right `case` held': holds('case'),
  'reader states a purpose its agency does not hold': (a) =>
    a.reader.purpose !== undefined && !agencyOf(a)!.purposes.includes(a.reader.purpose),
  "purpose not among the notice's": ({ reader, notice }) =>
    notice.purposes !== null && !notice.purposes.includes(reader.purpose ?? ''),
  revoked: ({ notice }) => notice.status === 'revoked',
  expired: ({ notice, now }) => notice.status === 'expired' || (notice.expires ?? Infinity) <= now,
  'not expired': ({ notice, now }) =>
    notice.status !== 'expired' && (notice.expires ?? Infinity) > now,
  H2: ({ notice }) => notice.codes.includes('H2'),
  H3: ({ notice }) => notice.codes.includes('H3'),
  'conditions not acknowledged': ({ reader }) => !reader.acknowledged,
}

const predicatesOf = (when: string): Predicate[] =>
  when.split(';').map((phrase) => {
    const predicate = phrases[phrase.trim()]
    if (predicate === undefined)
      throw new Error(`services/core/README.md: no predicate for "${phrase.trim()}"`)
    return predicate
  })

const withheldOf = (cell: string): string[] => {
  if (cell === 'nothing') return []
  const named = [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
  if (cell.startsWith('all but')) return disclosures.filter((name) => !named.includes(name))
  return cell === 'everything' ? [...disclosures] : named
}

export type Expected = Pick<Decision, 'content' | 'existence'> & {
  readonly rule: string
  readonly withhold: readonly string[]
}

const decisionRows = readTable('decision').map((row) => ({
  when: predicatesOf(row['when']!),
  expected: {
    rule: row['rule']!.replaceAll('`', ''),
    content: row['content'] === 'yes',
    existence: row['existence'] === 'yes',
    withhold: withheldOf(row['withheld']!),
  },
}))

/**
 * The rows in order: the first that fits decides. Its number is returned too, so that a row that
 * never decides is found.
 */
export const decideByTable = (asking: Asking): { row: number; expected: Expected } => {
  const row = decisionRows.findIndex(({ when }) => when.every((predicate) => predicate(asking)))
  return { row, expected: decisionRows[row]!.expected }
}
export const decisionRowCount = decisionRows.length

type MarkPredicate = (asking: Asking, expected: Expected) => boolean
const markPhrases: Readonly<Record<string, MarkPredicate>> = {
  'rule `partner-redacted`, `revoked` or pending': (_, { rule }) =>
    ['partner-redacted', 'revoked', 'conditions-not-acknowledged'].includes(rule),
  'not the originator': (_, { rule }) => rule !== 'originator',
  existence: (_, { existence }) => existence,
}
const markRows = readTable('marks').map((row) => ({
  mark: row['mark']!.replaceAll('`', ''),
  when: row['when']!.split(';').map(
    (phrase): MarkPredicate => markPhrases[phrase.trim()] ?? predicatesOf(phrase)[0]!,
  ),
}))

export const marksByTable = (asking: Asking, expected: Expected): string[] =>
  expected.existence
    ? markRows
        .filter(({ when }) => when.every((holds) => holds(asking, expected)))
        .map(({ mark }) => mark)
    : []
