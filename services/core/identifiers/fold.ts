const decimalDigit = /\p{Nd}/u
const beyondAscii = /[\u0080-\u{10ffff}]/u

/**
 * Unicode keeps decimal digits in whole runs of ten in ascending order (UAX #44), so the distance
 * from the run's start tells the value.
 */
const digitValue = (point: number): number => {
  let start = point
  while (decimalDigit.test(String.fromCodePoint(start - 1))) start -= 1
  return (point - start) % 10
}

/**
 * Thai, Lao, Khmer, Burmese, Arabic-Indic, fullwidth and every other decimal digit (category Nd) as
 * ASCII.
 */
export const foldDigits = (text: string): string =>
  beyondAscii.test(text)
    ? text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)))
    : text

/**
 * Zero-width characters, direction marks and soft hyphens: they come with copied text and mean
 * nothing.
 */
export const dropInvisible = (text: string): string => text.replace(/\p{Cf}/gu, '')

/** Spaces and hyphens of every script, which people write inside numbers. */
export const dropSpacesAndHyphens = (text: string): string =>
  dropInvisible(text).replace(/[\s\p{Pd}\u2212\u30fc]/gu, '')
