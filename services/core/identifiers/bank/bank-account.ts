import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import { accountLengthWarning, otherIds } from './bank-data.ts'
import { readInstitution, type Institution } from './institution.ts'
import { issuesIbans, readIban, type ReadIban } from './iban.ts'
import type { Identified, Identifier, Subject } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { dropSpacesAndHyphens, foldDigits } from '../fold.ts'
import { optionalObject, optionalText, requiredText } from '../members.ts'

const pointer = '/subject/account'

/** ISO 20022 Max34Text. Leading zeros count: `0012345678` and `12345678` are two accounts. */
const readAccount = (written: string): Checked<string> => {
  const cell = soundCell(written, pointer, 'number')
  if (!cell.ok) return cell
  const account = dropSpacesAndHyphens(foldDigits(written)).toUpperCase()
  return /^[0-9A-Z]{4,34}$/u.test(account)
    ? accept(account)
    : refuse('account/bad-account', pointer)
}

const readCountry = (subject: Subject): Checked<string> => {
  const country = requiredText(subject, 'country')
  if (!country.ok) return country
  return /^[A-Z]{2}$/u.test(country.value)
    ? country
    : refuse('notice/bad-value', '/subject/country', 'two capital letters (ISO 3166)')
}

const warningsOf = (country: string, institution: Institution, account: string): Warning[] => [
  ...accountLengthWarning(institution, account, pointer),
  ...(issuesIbans(country) ? [{ code: 'account/iban-preferred', pointer } as const] : []),
]

const keyOf = (country: string, { scheme, id }: Institution, account: string): string =>
  `${country}|${scheme}|${id}|${account}`

const accountOf = (country: string, institution: Institution, account: string): Identified => {
  const links = otherIds(institution).map((other) => ({
    kind: 'bank-account',
    key: keyOf(country, other, account),
  }))
  return {
    canonical: {
      key: keyOf(country, institution, account),
      ...(links.length > 0 && { links }),
      country,
      institution: `${institution.scheme}:${institution.id}`,
      ...(institution.branch !== undefined && { branch: institution.branch }),
      account,
    },
    warnings: warningsOf(country, institution, account),
  }
}

const readNational = (subject: Subject): Checked<Identified> => {
  const written = requiredText(subject, 'account')
  if (!written.ok) return written
  const account = readAccount(written.value)
  if (!account.ok) return account
  const country = readCountry(subject)
  if (!country.ok) return country
  const member = optionalObject(subject, 'institution')
  if (!member.ok) return member
  if (member.value === undefined) return refuse('account/no-institution', '/subject/institution')
  const institution = readInstitution(member.value, country.value)
  return institution.ok
    ? accept(accountOf(country.value, institution.value, account.value))
    : institution
}

/**
 * Checks that the account and the institution beside an IBAN agree with it. They become a link, so
 * that notices without the IBAN are found.
 */
const readBeside = (subject: Subject, { iban, warnings }: ReadIban): Checked<Identified> => {
  const ofIban = { key: `iban:${iban}`, country: iban.slice(0, 2), iban }
  const country = optionalText(subject, 'country')
  if (!country.ok) return country
  if (country.value !== undefined && country.value !== ofIban.country)
    return refuse(
      'account/country-mismatch',
      '/subject/country',
      `the IBAN is of ${ofIban.country}`,
    )
  if (!Object.hasOwn(subject, 'account')) return accept({ canonical: ofIban, warnings })
  const national = readNational({ ...subject, country: ofIban.country })
  if (!national.ok) return national
  const { canonical } = national.value
  const links = [{ kind: 'bank-account', key: canonical.key }, ...(canonical.links ?? [])]
  return accept({
    canonical: { ...ofIban, links },
    warnings: [
      ...warnings,
      ...national.value.warnings.filter(({ code }) => code !== 'account/iban-preferred'),
    ],
  })
}

/**
 * `iban`, or `account` + `institution: { scheme, id }` + `country`, or both. Keys:
 * `iban:DE89370400440532013000`; `TH|bic|KASITHBK|0012345678`, never the account alone: equal
 * numbers at two banks are two accounts.
 */
export const bankAccount: Identifier = (subject) => {
  const iban = optionalText(subject, 'iban')
  if (!iban.ok) return iban
  if (iban.value === undefined) return readNational(subject)
  const read = readIban(iban.value)
  return read.ok ? readBeside(subject, read.value) : read
}
