import { accountSubject, type Members } from './members-of.ts'

export type PatternSubject = { readonly kind: string; readonly subject: Members }

const comparison = /\s*([a-z-]+):([a-z_]+)\s*=\s*'((?:[^'\\]|\\.)*)'\s*/y

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

/** The properties of the objects of stix2extensions: type names that OpenCTI has too. */
export const subjectOf = (
  type: string,
  values: ReadonlyMap<string, string>,
): PatternSubject | undefined => {
  const value = values.get('value')
  if (type === 'phone-number' && value !== undefined)
    return { kind: 'phone-number', subject: { number: value } }
  if (type === 'cryptocurrency-wallet' && value !== undefined)
    return { kind: 'wallet-address', subject: { address: value } }
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
