import { accept, refuse, type Checked } from '../../refusal.ts'
import type { Subject } from '../canonical.ts'
import { dropSpacesAndHyphens, foldDigits } from '../fold.ts'
import { requiredText } from '../members.ts'

const at = '/subject/institution'
const pointer = `${at}/id`

/**
 * A bank in one scheme. `branch` is the branch of a BIC, for the reader; it is not part of the key.
 */
export type Institution = { readonly scheme: string; readonly id: string; readonly branch?: string }

const nationalForms: Readonly<Record<string, { readonly form: RegExp; readonly detail: string }>> =
  {
    'th-bot': { form: /^\d{3}$/u, detail: 'three digits, as the Bank of Thailand writes them' },
    'vn-napas': { form: /^\d{6}$/u, detail: 'a bank identification number of six digits' },
  }

/**
 * ISO 9362 in the form of ISO 20022's AnyBICDec2014Identifier. Eight characters identify the bank:
 * `KASITHBK` and `KASITHBKXXX` are equal.
 */
const readBic = (id: string, country: string): Checked<Institution> => {
  const [, bic8, bicCountry, branch] =
    /^([A-Z0-9]{4}([A-Z]{2})[A-Z0-9]{2})([A-Z0-9]{3})?$/u.exec(id) ?? []
  if (bic8 === undefined)
    return refuse('account/bad-institution', pointer, 'a BIC has 8 or 11 characters')
  if (bicCountry !== country)
    return refuse(
      'account/country-mismatch',
      pointer,
      `the BIC is of ${bicCountry}, the account of ${country}`,
    )
  return accept({
    scheme: 'bic',
    id: bic8,
    ...(branch !== undefined && branch !== 'XXX' && { branch }),
  })
}

const readNationalId = (scheme: string, id: string): Checked<Institution> => {
  const known = Object.hasOwn(nationalForms, scheme) ? nationalForms[scheme] : undefined
  if (!(known?.form ?? /^[0-9A-Z]{1,35}$/u).test(id))
    return refuse('account/bad-institution', pointer, known?.detail ?? '1 to 35 digits and letters')
  return accept({ scheme, id })
}

/**
 * Reads `bic`, or a national scheme named `<country>-<name>` (`th-bot`, `vn-napas`). Its prefix
 * must be the account's country.
 */
export const readInstitution = (institution: Subject, country: string): Checked<Institution> => {
  const scheme = requiredText(institution, 'scheme', at)
  if (!scheme.ok) return scheme
  const written = requiredText(institution, 'id', at)
  if (!written.ok) return written
  const id = dropSpacesAndHyphens(foldDigits(written.value)).toUpperCase()
  if (scheme.value === 'bic') return readBic(id, country)
  if (!/^[a-z]{2}-[a-z0-9-]{1,29}$/u.test(scheme.value))
    return refuse(
      'account/bad-institution',
      `${at}/scheme`,
      'bic, or a national scheme such as th-bot',
    )
  if (!scheme.value.startsWith(`${country.toLowerCase()}-`))
    return refuse(
      'account/country-mismatch',
      `${at}/scheme`,
      `${scheme.value} does not belong to ${country}`,
    )
  return readNationalId(scheme.value, id)
}
