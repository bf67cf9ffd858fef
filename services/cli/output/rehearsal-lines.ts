import { tableLines } from './table.ts'

type Outcome = {
  readonly content: boolean
  readonly existence: boolean
  readonly rule: string
  readonly sees: readonly string[]
  readonly withheld: readonly string[]
  readonly conditions?: boolean
  readonly notToBePassedOn?: boolean
  readonly toldFirst?: boolean
  readonly copyTlp?: string
}

/** The gateway's answer to a rehearsal. */
export type RehearsalAnswer = {
  readonly agencies: readonly (Outcome & { readonly agency: string })[]
  readonly participants: readonly {
    readonly participant: string
    readonly named: readonly { readonly agency: string; readonly outcomes: readonly Outcome[] }[]
    readonly others: readonly (Outcome & { readonly least: number; readonly most: number })[]
  }[]
}

/**
 * A rehearsal for people: a row for each agency, or for a number of agencies of one participant,
 * with the members that are withheld from them.
 */
export const rehearsalLines = ({ agencies, participants }: RehearsalAnswer): string[] =>
  tableLines([
    ['who', 'sees it', 'rule', 'withheld from them'],
    ...agencies.map((a) => row(a.agency, a)),
    ...participants.flatMap(({ participant, named, others }) => [
      ...named.flatMap(({ agency, outcomes }) =>
        outcomes.map((outcome, i) => row(i === 0 ? agency : `  or ${agency}`, outcome)),
      ),
      ...others.map((other) => row(`${participant}: ${howMany(other)} of its agencies`, other)),
    ]),
  ])

const howMany = ({ least, most }: { readonly least: number; readonly most: number }): string =>
  least === most ? String(most) : `${least} to ${most}`

const row = (who: string, outcome: Outcome): string[] => [
  who,
  outcome.content ? ['yes', ...marks(outcome)].join(', ') : 'no',
  outcome.rule,
  outcome.content ? outcome.withheld.join(' ') || 'nothing' : 'everything',
]

const marks = ({ conditions, notToBePassedOn, copyTlp, toldFirst }: Outcome): string[] => [
  ...(toldFirst ? ['before others'] : []),
  ...(conditions ? ['after acknowledging the conditions'] : []),
  ...(notToBePassedOn ? ['not to be passed on'] : []),
  ...(copyTlp === undefined ? [] : [`marked ${copyTlp}`]),
]
