import { countrySpecs, electronicFormatIBAN, validateIBAN, ValidationErrorsIBAN } from 'ibantools'
import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import { soundCell } from '../cell.ts'
import { dropSpacesAndHyphens, foldDigits } from '../fold.ts'

const pointer = '/subject/iban'

export type ReadIban = { readonly iban: string; readonly warnings: Warning[] }

/**
 * Whether the country has an IBAN structure: in the ISO 13616 registry, or by practice, as in parts
 * of Africa and in Iran.
 */
export const issuesIbans = (country: string): boolean =>
  Object.hasOwn(countrySpecs, country) && countrySpecs[country]?.chars !== undefined

/**
 * ISO 13616 print format: groups of four, lower case and a leading "IBAN" are writings of the same
 * thing.
 */
const electronic = (written: string): string | undefined => {
  const characters = dropSpacesAndHyphens(foldDigits(written)).replace(/^IBAN:?/iu, '')
  return /^[0-9A-Za-z]+$/u.test(characters)
    ? (electronicFormatIBAN(characters) ?? undefined)
    : undefined
}

/**
 * Refuses an IBAN of a country without IBANs, and says what to send instead. "Thai IBAN
 * calculators" exist, so made-up IBANs that pass mod 97 do arrive.
 */
const refuseCountry = (country: string): Checked<never> =>
  Object.hasOwn(countrySpecs, country)
    ? refuse(
        'account/iban-not-issued',
        pointer,
        `${country} does not issue IBANs: send institution { scheme, id }, account and country`,
      )
    : refuse('account/iban-bad-format', pointer, 'an IBAN begins with a country code')

const formatErrors = [
  ValidationErrorsIBAN.WrongBBANLength,
  ValidationErrorsIBAN.WrongBBANFormat,
  ValidationErrorsIBAN.ChecksumNotNumber,
]

/**
 * The registry's length and pattern, and mod 97, refuse. National check digits only warn, because
 * banks do not always keep to them.
 */
export const readIban = (written: string): Checked<ReadIban> => {
  const cell = soundCell(written, pointer, 'name')
  if (!cell.ok) return cell
  const iban = electronic(written)
  if (iban === undefined) return refuse('account/iban-bad-format', pointer)
  const country = iban.slice(0, 2)
  if (!issuesIbans(country)) return refuseCountry(country)
  const { errorCodes } = validateIBAN(iban)
  if (errorCodes.some((code) => formatErrors.includes(code)))
    return refuse(
      'account/iban-bad-format',
      pointer,
      `${country} has ${countrySpecs[country]?.chars} characters`,
    )
  if (errorCodes.includes(ValidationErrorsIBAN.WrongIBANChecksum))
    return refuse('account/iban-bad-checksum', pointer)
  const doubtful = errorCodes.includes(ValidationErrorsIBAN.WrongAccountBankBranchChecksum)
  return accept({ iban, warnings: doubtful ? [{ code: 'account/national-check', pointer }] : [] })
}
