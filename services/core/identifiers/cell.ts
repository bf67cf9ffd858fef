import type { Code } from '../catalogue/catalogue.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import empty from './data/empty-words.json' with { type: 'json' }
import { dropInvisible, foldDigits } from './fold.ts'

/** What a cell should hold: digits, or anything else that has letters. */
export type CellContent = 'name' | 'number'

/** Unicode's compatible forms (NFKC) are one form here: ＃, fullwidth letters, no-break spaces. */
const plainForm = (written: string): string =>
  foldDigits(dropInvisible(written))
    .normalize('NFKC')
    .replace(/[\u2212\p{Pd}]/gu, '-')
    .trim()

const lettersOf = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')

const emptyWords: ReadonlySet<string> = new Set(empty.words.map(lettersOf))

/** Signs alone, as `-` and `??`. Colons alone are an address: `::`. */
const isNothing = (text: string): boolean => lettersOf(text) === '' && !text.includes(':')

/** `#N/A`, `#REF!`, localised `#NV` and `#¡VALOR!`, `#####` of a narrow column, `Err:502`. */
const isError = (text: string): boolean =>
  /^#(?:#+$|[^\d#*])/u.test(text) || /^err(?:or)?:? ?\d{3}$/iu.test(text)

const power = String.raw`(?:[EЕ] ?[+-]? ?|[x×*·] ?10 ?\^? ?[+-]?)`
const exponent = new RegExp(String.raw`^[+-]?\d+(?:[.,٫]\d+ ?${power}|[EЕ] ?\+ ?)\d{1,3}$`, 'iu')

/** `6.68812E+10`, also with a comma, in another script's E, or as 6.68812 x 10^10. */
const isExponent = (text: string): boolean => exponent.test(text)

/**
 * A fraction has no place in a number that is not for counting. `+66.812345678` (RFC 5733) has a
 * dot behind its country code, and 1900.6789 one between its halves: they are no fractions.
 */
const isDecimal = (text: string): boolean => {
  if (/^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^[+-]?\d{1,3}(?:[. ]\d{3})+,\d+$/u.test(text))
    return true
  const [, sign, whole = '', fraction] = /^([+-]?)(\d[\d ]*)[.,٫](\d+)$/u.exec(text) ?? []
  if (fraction === undefined) return false
  if (fraction.length <= 2 || /^0+$/u.test(fraction)) return true
  return sign !== '+' && /^(?:0|[1-9]\d?)$/u.test(whole)
}

const day = String.raw`(?:0?[1-9]|[12]\d|3[01])`
const month = String.raw`(?:0?[1-9]|1[0-2])`
const year = String.raw`(?:19|20|25)\d\d`
const date = new RegExp(
  `^(?:${year}[-/.]${month}[-/.]${day}|(?:${day}[-/.]${month}|${month}[-/.]${day})[-/.]${year})` +
    String.raw`(?:[T ,]+\d{1,2}:\d\d.*)?$`,
  'u',
)

const masks = '*•●∙·◦○■█▪□◼#_?.x×✕✖х'
const partlyMasked = new RegExp(`^\\+?[\\d${masks}]+$`, 'iu')

/**
 * Some digits are replaced by another sign: 0812***678, 081-XXX-5678. A single x or # may mean an
 * extension, which only a reader of telephone numbers can tell.
 */
const isMasked = (text: string): boolean => {
  const plain = text.replace(/[\s()[\]/-]|(?<!\.)\.(?!\.)/gu, '')
  const hidden = plain.replace(/[+\d]/gu, '')
  if (hidden === '' || /^[x#х]$/iu.test(hidden) || !partlyMasked.test(plain)) return false
  return /\d/u.test(plain) ? plain.length > 3 : hidden.length > 1 && !/^[._?]+$/u.test(hidden)
}

const faultOf = (written: string, content: CellContent): Code | undefined => {
  const text = plainForm(written)
  if (isError(text)) return 'cell/spreadsheet-error'
  if (content !== 'name' && isMasked(text)) return 'cell/masked'
  if (emptyWords.has(lettersOf(text)) || isNothing(text)) return 'cell/empty-word'
  if (content === 'name') return undefined
  if (isExponent(text)) return 'cell/exponent'
  if (date.test(text)) return 'cell/date'
  return isDecimal(text) ? 'cell/decimal' : undefined
}

/**
 * Looks at what a cell of a table holds before anything is stripped from it. Refuses, at `pointer`,
 * what a spreadsheet, a form or a careful clerk has made of it: `cell/spreadsheet-error`,
 * `cell/empty-word`, and of a number also `cell/masked`, `cell/exponent`, `cell/date`,
 * `cell/decimal`. Answers the text as written.
 */
export const soundCell = (
  written: string,
  pointer: string,
  content: CellContent,
): Checked<string> => {
  const fault = faultOf(written, content)
  return fault === undefined ? accept(written) : refuse(fault, pointer)
}
