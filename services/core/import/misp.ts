import { chainOfSymbol } from '../identifiers/wallets/other-chains.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import {
  accountSubject,
  listOf,
  objectOf,
  objectsOf,
  offencesIn,
  present,
  textOf,
  type Members,
} from './members-of.ts'
import type { ImportRow } from './row.ts'
import { strictest, tlpNamed } from './stix-markings.ts'
import { deviceNumbers, deviceSubject, ipSubject, type PatternSubject } from './stix-pattern.ts'

/**
 * The rows of a MISP event: objects phone-number, phone, bank-account and coin-address, and
 * attributes that stand alone. A phone gives a row for its number and one for each number of the
 * device.
 */
export const readMispEvent = (document: unknown): Checked<ImportRow[]> => {
  const event = objectOf(objectOf(document)?.['Event'])
  if (event === undefined) return refuse('import/not-misp')
  const rows = [
    ...listOf(event['Object']).flatMap((item, at) =>
      rowsOf(objectOf(item), `/Event/Object/${at}`, objectSubjects),
    ),
    ...listOf(event['Attribute']).flatMap((item, at) =>
      rowsOf(objectOf(item), `/Event/Attribute/${at}`, attributeSubjects),
    ),
  ]
  return accept(
    rows.map(({ item, from, found }, at) => ({
      row: at + 1,
      from,
      read: accept(bodyOf(event, item, found)),
    })),
  )
}

type Source = { readonly item: Members; readonly from: string; readonly found: PatternSubject }

const rowsOf = (
  item: Members | undefined,
  from: string,
  subjectsOf: (item: Members) => PatternSubject[],
): Source[] =>
  item === undefined || item['deleted'] === true
    ? []
    : subjectsOf(item).map((found) => ({ item, from, found }))

const objectSubjects = (item: Members): PatternSubject[] => {
  const values = valuesOf(item)
  const first = (name: string): string | undefined => values(name)[0]
  switch (item['name']) {
    case 'phone-number':
      return values('phone-number').map(phone)
    case 'phone':
      return [
        ...values('msisdn').map(msisdnPhone),
        ...deviceNumbers.flatMap((number) =>
          values(number).map((text) => deviceSubject(number, text)),
        ),
      ]
    case 'bank-account':
      return [
        account({
          iban: first('iban'),
          account: first('account'),
          bic: first('swift'),
          currency: first('currency-code'),
        }),
      ]
    case 'coin-address':
      return [
        ...values('address').map((address) => wallet(address, first('symbol') ?? 'BTC')),
        ...values('address-xmr').map((address) => wallet(address, 'XMR')),
        ...values('address-crypto').map((address) => wallet(address, first('symbol'))),
      ]
    default:
      return []
  }
}

const attributeSubjects = ({ type, value }: Members): PatternSubject[] => {
  const text = textOf(value)
  if (text === undefined) return []
  switch (type) {
    case 'phone-number':
      return [phone(text)]
    case 'iban':
      return [account({ iban: text })]
    case 'bank-account-nr':
      return [account({ account: text })]
    case 'btc':
      return [wallet(text, 'BTC')]
    case 'xmr':
      return [wallet(text, 'XMR')]
    case 'ip-src':
    case 'ip-dst':
      return [ipSubject(text)]
    default:
      return []
  }
}

const valuesOf = (item: Members) => {
  const attributes = objectsOf(item['Attribute'])
  return (relation: string): string[] =>
    attributes.flatMap((a) =>
      a['object_relation'] === relation && a['deleted'] !== true ? (textOf(a['value']) ?? []) : [],
    )
}

const phone = (number: string): PatternSubject => ({ kind: 'phone-number', subject: { number } })
/** An MSISDN is E.164 without +. */
const msisdnPhone = (msisdn: string): PatternSubject =>
  phone(/^[1-9]\d{6,14}$/.test(msisdn) ? `+${msisdn}` : msisdn)
const account = (given: Parameters<typeof accountSubject>[0]): PatternSubject => ({
  kind: 'bank-account',
  subject: accountSubject(given),
})

const wallet = (address: string, symbol: string | undefined): PatternSubject => ({
  kind: 'wallet-address',
  subject: present({ address, chain: symbol && chainOfSymbol(symbol) }),
})

const tagsOf = (item: Members): string[] =>
  objectsOf(item['Tag']).flatMap((tag) => textOf(tag['name']) ?? [])

/**
 * The strictest `tlp:` tag of the event, the object and its attributes. A tag that is an offence,
 * or ends in one, names the offence.
 */
const bodyOf = (event: Members, item: Members, { kind, subject }: PatternSubject): Members => {
  const tags = [event, item, ...objectsOf(item['Attribute'])].flatMap(tagsOf)
  const tlp = strictest(
    tags.map((tag) => (tag.toLowerCase().startsWith('tlp:') ? tlpNamed(tag) : undefined)),
  )
  const observed = present({ first: timeOf(item['first_seen']), last: timeOf(item['last_seen']) })
  const narrative = [textOf(event['info']), textOf(item['comment'])]
    .filter((text) => text !== undefined)
    .join('\n')
  return {
    kind,
    subject,
    ...present({
      offences: offencesIn(tags.map(lastWord)),
      narrative: narrative === '' ? undefined : narrative,
    }),
    ...(Object.keys(observed).length > 0 && { observed }),
    ...(tlp !== undefined && { handling: { tlp } }),
  }
}

/** Reads `job-scam`, `ours:job-scam` and `ours:offence="job-scam"` alike. */
const lastWord = (tag: string): string => tag.split(/[:="]/u).findLast((word) => word !== '') ?? ''

/** A MISP time may have any offset; a notice has its times in UTC. */
const timeOf = (value: unknown): string | undefined => {
  const time = typeof value === 'string' ? new Date(value) : undefined
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
