import { randomBytes, randomUUID } from 'node:crypto'
import { canary, canaryAmount, canaryId, canaryModus } from './tokens.ts'

export type Field =
  | 'subject'
  | 'narrative'
  | 'holder'
  | 'caseReference'
  | 'contact'
  | 'conditions'
  | 'campaign'
  | 'loss'
  | 'modus'
  | 'links'
  | 'by'

export type Share = 'originator' | 'all' | 'most' | 'clear'

type Readers = Readonly<Record<string, Share>>

export type Planted = {
  readonly title: string
  readonly issuer: string
  readonly id: string
  readonly body: object
  readonly tokens: Partial<Record<Field, string>>
  readonly readers: Readers
}

const own = { 'TH-CCIB': 'originator' } as const

/**
 * Written by hand from the table of the design, never from `decide`: who may hold what, by marking.
 */
const table: readonly [title: string, handling: object, readers: Readers][] = [
  ['RED to an agency', { tlp: 'RED', release: { agencies: ['KH-ACD'] } }, { 'KH-ACD': 'all' }],
  ['RED to nobody', { tlp: 'RED' }, {}],
  [
    'AMBER+STRICT to a country',
    { tlp: 'AMBER+STRICT', release: { participants: ['VN'] } },
    { 'VN-C06': 'most' },
  ],
  [
    'AMBER+STRICT to a country whose agency lacks the right',
    { tlp: 'AMBER+STRICT', release: { participants: ['JP'] } },
    {},
  ],
  ['AMBER to nobody', { tlp: 'AMBER' }, {}],
  ['AMBER to a country', { tlp: 'AMBER', release: { participants: ['KH'] } }, { 'KH-ACD': 'most' }],
  [
    'AMBER to every member',
    { tlp: 'AMBER', release: { participants: ['*'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most' },
  ],
  [
    'AMBER to a group but one',
    { tlp: 'AMBER', release: { groups: ['MEKONG'], exclude: ['VN'] } },
    { 'KH-ACD': 'most' },
  ],
  [
    'AMBER to an agency of a dialogue partner',
    { tlp: 'AMBER', release: { agencies: ['JP-NPA'] } },
    { 'JP-NPA': 'all' },
  ],
  [
    'AMBER to a corporate partner',
    { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } },
    { 'EXCHANGE-1': 'clear' },
  ],
  [
    'AMBER for a purpose no client has',
    { tlp: 'AMBER', purposes: ['victim-rescue'], release: { participants: ['KH', 'VN'] } },
    {},
  ],
  ['GREEN', { tlp: 'GREEN' }, { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most' }],
  [
    'GREEN but one',
    { tlp: 'GREEN', release: { exclude: ['KH'] } },
    { 'VN-C06': 'most', 'JP-NPA': 'most' },
  ],
  [
    'GREEN and a corporate partner',
    { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most', 'EXCHANGE-1': 'clear' },
  ],
  [
    'CLEAR',
    { tlp: 'CLEAR' },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most', 'EXCHANGE-1': 'clear' },
  ],
  [
    'CLEAR but one',
    { tlp: 'CLEAR', release: { exclude: ['JP-NPA'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'EXCHANGE-1': 'clear' },
  ],
]

const plant = (
  title: string,
  issuer: string,
  handling: object,
  readers: Readers,
  kind: 'wallet' | 'account',
): Planted => {
  const id = randomUUID()
  const { modus, token } = canaryModus()
  const tokens = {
    campaign: canary(),
    loss: canaryAmount(),
    modus: token,
    links: canaryId(),
    by: canary(),
    narrative: canary(),
    caseReference: canary(),
    contact: canary(),
    ...(kind === 'wallet' ? { subject: randomBytes(20).toString('hex') } : { holder: canary() }),
  } as Planted['tokens']
  const subject =
    kind === 'wallet'
      ? {
          kind: 'wallet-address',
          subject: { address: `0x${tokens.subject}`, chain: 'evm' },
          offences: ['investment-scam'],
        }
      : {
          kind: 'bank-account',
          subject: {
            account: '000-0-12345-6',
            institution: { scheme: 'bic', id: 'KASITHBK' },
            country: 'TH',
            holder: tokens.holder,
          },
          offences: ['money-mule'],
        }
  return {
    title: `${title}, ${kind}`,
    issuer,
    id,
    tokens,
    readers,
    body: {
      id,
      ...subject,
      handling,
      narrative: tokens.narrative,
      caseReference: tokens.caseReference,
      contact: { name: tokens.contact },
      campaign: tokens.campaign,
      loss: { amount: { value: tokens.loss, currency: 'THB' } },
      modus,
      links: [{ id: tokens.links, relation: 'same-scam' }],
    },
  }
}

export const planted: readonly Planted[] = [
  ...table.flatMap(([title, handling, readers]) =>
    (['wallet', 'account'] as const).map((kind) =>
      plant(title, 'TH', handling, { ...readers, ...own }, kind),
    ),
  ),
  plant(
    'of another country, to TH',
    'KH',
    { tlp: 'AMBER', release: { participants: ['TH'] } },
    { 'KH-ACD': 'originator', 'TH-CCIB': 'all' },
    'wallet',
  ), // TH-CCIB has the right `case`
  plant(
    'of another country, to nobody',
    'VN',
    { tlp: 'AMBER' },
    { 'VN-C06': 'originator' },
    'wallet',
  ),
]

// Conditions are shown before they are acknowledged; the rest of the content is not, and the
// subject is of the content.
export const h3 = ((): Planted => {
  const made = plant('GREEN with conditions', 'TH', {}, { ...own }, 'wallet')
  return {
    ...made,
    body: { ...made.body, handling: { tlp: 'GREEN', codes: ['H3'], conditions: 'Call us first.' } },
  }
})()

export const notices = [...planted, h3]
