import { printable } from './printable.ts'
import { tableLines } from './table.ts'

type Decided = {
  readonly registryVersion: number
  readonly content: boolean
  readonly existence: boolean
  readonly rule: string
  readonly withhold: readonly string[]
}

/** The console's answer to "why". */
export type WhyAnswer = {
  readonly notice: string
  readonly agency: string
  readonly versions: readonly {
    readonly issuer: string
    readonly version: number
    readonly asLogged: Decided | null
    readonly asOfNow: Decided | null
    readonly waitsFor: { readonly agencies: readonly string[]; readonly until: string } | null
    readonly deliveries: readonly { readonly at: string; readonly told: string }[]
  }[]
}

/**
 * The answer for people: each version by the registry when it was logged, and by the registry now.
 */
export const whyLines = ({ notice, agency, versions }: WhyAnswer): string[] => [
  printable(`${notice} and ${agency}`),
  ...tableLines([
    ['version', 'by the registry', 'may read', 'rule', 'withheld', 'handed over'],
    ...versions.flatMap(({ issuer, version, asLogged, asOfNow, waitsFor, deliveries }) => [
      row(`${issuer} ${version}`, 'when logged', asLogged, ''),
      row(
        '',
        'now',
        asOfNow,
        deliveries.map((d) => `${d.at}${d.told === 'content' ? '' : ` (${d.told})`}`).join(' ') ||
          notYet(waitsFor),
      ),
    ]),
  ]),
]

const notYet = (waitsFor: WhyAnswer['versions'][number]['waitsFor']): string =>
  waitsFor === null
    ? 'not yet'
    : `not yet: waits for ${waitsFor.agencies.join(' ')} until ${waitsFor.until} at most`

const row = (version: string, when: string, decided: Decided | null, handed: string): string[] => {
  if (decided === null) return [version, `${when}: not known`, 'no', '', '', handed]
  const may = decided.content ? 'yes' : decided.existence ? 'that it is there' : 'no'
  return [
    version,
    `${when}: ${decided.registryVersion}`,
    may,
    decided.rule,
    decided.content ? decided.withhold.join(' ') || 'nothing' : 'everything',
    handed,
  ]
}
