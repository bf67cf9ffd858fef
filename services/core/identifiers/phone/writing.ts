import { dropInvisible, foldDigits } from '../fold.ts'

/** The digits of a number as dialled, and the groups in which they were written. */
export type Writing = {
  readonly digits: string
  readonly groups: readonly string[]
  readonly extension?: string
  /** Dots stand between the digits: a spreadsheet writes them too. */
  readonly hasDots: boolean
  /** The last digit stands alone behind a hyphen: `02-123-4567-8` are two lines. */
  readonly hasRange: boolean
}

const spaceOrHyphen = String.raw`\s\p{Pd}\u2212\u30fc`
const separators = new RegExp(`[${spaceOrHyphen}()[\\]（）［］.．]+`, 'gu')
const dialled = /^\+?\d+$/u
const extension = /^(\+?\d+)(;?ext(?:ension)?=?|x|#|ต่อ)(\d{1,8})$/iu
const range = new RegExp(`\\d{3}[${spaceOrHyphen}]*[\\p{Pd}\\u2212][${spaceOrHyphen}]*\\d$`, 'u')

/** A dot stands between digits or beside a bracket. A hyphen in front is a minus. */
const isOrdered = (text: string): boolean =>
  !/^[\p{Pd}\u2212.．]|[.．]{2}/u.test(text) && !/[.．]$/u.test(text)

/** `'0812345678` is how spreadsheets mark a text. */
const plainText = (written: string): string =>
  dropInvisible(foldDigits(written))
    .trim()
    .replace(/^['’]/u, '')
    .replace(/^tel:/iu, '')
    .replaceAll('＋', '+')
    .replace(/(?<=\d)\.$/u, '')

const writingOf = (text: string, digits: string, more?: string): Writing => ({
  digits,
  groups: text
    .replace(/[^\d]+$/u, '')
    .split(/[^\d]+/u)
    .filter((group) => group !== ''),
  ...(more !== undefined && { extension: more }),
  hasDots: /[.．]/u.test(text),
  hasRange: range.test(text),
})

export type ReadWriting =
  | { readonly is: 'number'; readonly writing: Writing }
  | { readonly is: 'masked' | 'other' }

/**
 * Reads digits with what people write between them: spaces, dashes, brackets and dots, and an
 * extension behind. `masked` is a number in which x or # stands where no extension can: the digits
 * before it are no whole number to `isWhole`.
 */
export const readWriting = (written: string, isWhole: (digits: string) => boolean): ReadWriting => {
  const text = plainText(written)
  if (!isOrdered(text)) return { is: 'other' }
  const compact = text.replace(separators, '')
  if (dialled.test(compact)) return { is: 'number', writing: writingOf(text, compact) }
  const [, digits, mark = '', more] = extension.exec(compact) ?? []
  const isSign = /^[x#]$/iu.test(mark)
  if (digits !== undefined && (!isSign || isWhole(digits)))
    return { is: 'number', writing: writingOf(digits, digits, more ?? '') }
  return { is: /^\+?(?=.*\d)[\dx#х]{4,}$/iu.test(compact) ? 'masked' : 'other' }
}
