import { printable } from './printable.ts'

type Step = { readonly step: string; readonly at: string | null; readonly [more: string]: unknown }
type Delivery = {
  readonly agency: string
  readonly client: string
  readonly channel: string
  readonly topic: string
  readonly at: string
  readonly told: string
}
type Consent = {
  readonly agency: string
  readonly to: readonly string[]
  readonly at: string
  readonly status: string
  readonly answeredAt: string | null
}
type Version = {
  readonly version: number
  readonly status: string
  readonly index: number | null
  readonly contentDestroyed?: string
  readonly steps: readonly Step[]
  readonly deliveries: readonly Delivery[]
  readonly consents?: readonly Consent[]
  readonly others: readonly {
    readonly agency: string
    readonly rule: string
    readonly mayRead: boolean
  }[]
}
type Refusal = {
  readonly participant: string
  readonly state: string
  readonly code: string
  readonly pointer?: string | null
  readonly receivedAt: string
}

/** The console's answer about one notice. */
export type Trace = {
  readonly id: string
  readonly notices: readonly { readonly issuer: string; readonly versions: readonly Version[] }[]
  readonly refusals: readonly Refusal[]
}

/** A trace for people: one line per step, in the order of the notice's life. */
export const traceLines = ({ id, notices, refusals }: Trace): string[] =>
  [
    id,
    ...notices.flatMap(({ issuer, versions }) => versions.flatMap((v) => versionLines(issuer, v))),
    ...refusals.map(
      (r) =>
        `  ${r.receivedAt}  ${r.state} from ${r.participant}: ` +
        `${r.code}${r.pointer ? ` at ${r.pointer}` : ''}`,
    ),
  ].map(printable)

const versionLines = (
  issuer: string,
  { version, status, index, contentDestroyed, steps, deliveries, consents = [], others }: Version,
): string[] => [
  `${issuer} version ${version} (${status}), ` +
    (index === null ? 'not logged' : `index ${index}`) +
    (contentDestroyed === undefined ? '' : `, content destroyed on ${dayOf(contentDestroyed)}`),
  ...steps.map(({ step, at }) => `  ${at ?? noTime}  ${step}`),
  ...deliveries.map(
    (d) =>
      `  ${d.at}  handed to ${d.agency} (client ${d.client}, ` +
      `${d.channel}, ${d.topic})${notes[d.told] ?? ''}`,
  ),
  ...consents.flatMap(consentLines),
  ...others.map(
    (o) =>
      `  ${noTime}  not to ${o.agency}: ` +
      (o.mayRead ? `it may read it (${o.rule}) and has not yet` : o.rule),
  ),
]

const dayOf = (time: string): string => time.slice(0, 10)

const consentLines = ({ agency, to, at, status, answeredAt }: Consent): string[] => [
  `  ${at}  ${agency} asks to pass it on to ${to.join(', ')}`,
  ...(answeredAt === null ? [] : [`  ${answeredAt}  consent ${status}`]),
]

const notes: Readonly<Record<string, string>> = {
  bare: ', without content',
  withdrawn: ', as withdrawn',
}

const noTime = '-'.padEnd(27)
