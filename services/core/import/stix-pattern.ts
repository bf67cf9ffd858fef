import { accountSubject, type Members } from './members-of.ts'

export type PatternSubject = { readonly kind: string; readonly subject: Members }

const comparison = /\s*([a-z0-9-]+):([a-z_]+)\s*=\s*'((?:[^'\\]|\\.)*)'\s*/y

/**
 * The properties of one object in a pattern of one observation: equalities joined by AND. undefined
 * for any other pattern.
 */
export const readPattern = (pattern: string): PatternSubject | undefined => {
  const text = pattern.trim()
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined
  const read = readComparisons(text.slice(1, -1))
  return read && subjectOf(read.type, read.values)
}

type Comparisons = { readonly type: string; readonly values: ReadonlyMap<string, string> }

const readComparisons = (text: string): Comparisons | undefined => {
  const values = new Map<string, string>()
  let type: string | undefined
  for (let at = 0; ; at += 'AND'.length) {
    comparison.lastIndex = at
    const match = comparison.exec(text)
    const [, object, property, value] = match ?? []
    if (match === null || (type !== undefined && type !== object) || values.has(property!))
      return undefined
    type = object!
    values.set(property!, value!.replaceAll(/\\(.)/g, '$1'))
    at = match.index + match[0].length
    if (at === text.length) return { type, values }
    if (!text.startsWith('AND', at)) return undefined
  }
}

/** The numbers of a device, as OpenCTI and MISP name them and so does the kind `device`. */
export const deviceNumbers = ['imei', 'imsi', 'iccid'] as const

type DeviceNumber = (typeof deviceNumbers)[number]

export const deviceSubject = (number: DeviceNumber, text: string): PatternSubject => ({
  kind: 'device',
  subject: { [number]: text },
})

export const ipSubject = (address: string): PatternSubject => ({
  kind: 'ip-address',
  subject: { address },
})

const ofValue: ReadonlyMap<string, (value: string) => PatternSubject> = new Map([
  ['phone-number', (number) => ({ kind: 'phone-number', subject: { number } })],
  ['cryptocurrency-wallet', (address) => ({ kind: 'wallet-address', subject: { address } })],
  ['ipv4-addr', ipSubject],
  ['ipv6-addr', ipSubject],
  ...deviceNumbers.map(
    (number) => [number, (text: string) => deviceSubject(number, text)] as const,
  ),
])

/** The types of observables that are read. */
export const observables: readonly string[] = [...ofValue.keys(), 'bank-account']

/**
 * The properties of addresses of STIX 2.1 itself, of the objects of stix2extensions, and of
 * OpenCTI's numbers of devices.
 */
export const subjectOf = (
  type: string,
  values: ReadonlyMap<string, string>,
): PatternSubject | undefined => {
  const value = values.get('value')
  const read = ofValue.get(type)
  if (read !== undefined && value !== undefined) return read(value)
  const [iban, account] = [values.get('iban'), values.get('account_number')]
  if (type !== 'bank-account' || (iban === undefined && account === undefined)) return undefined
  return {
    kind: 'bank-account',
    subject: accountSubject({
      iban,
      account,
      bic: values.get('bic'),
      currency: values.get('currency'),
    }),
  }
}
