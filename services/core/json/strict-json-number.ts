const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39

const skipDigits = (text: string, from: number): number => {
  let at = from
  while (isDigit(text.charCodeAt(at))) at++
  return at
}

/** The end of the fraction and the exponent; undefined if a digit is missing. */
const skipTail = (text: string, from: number): number | undefined => {
  let at = from
  if (text[at] === '.') {
    at = skipDigits(text, from + 1)
    if (at === from + 1) return undefined
  }
  if (text[at] !== 'e' && text[at] !== 'E') return at
  const sign = text[at + 1] === '+' || text[at + 1] === '-' ? 1 : 0
  const digits = at + 1 + sign
  const end = skipDigits(text, digits)
  return end === digits ? undefined : end
}

/**
 * A number (RFC 8259 §6) at this place: its value and its end. `value` is undefined where programs
 * would read different values: an integer outside ±(2^53 - 1) (RFC 7493 §2.2), a number that
 * overflows to infinity, and a number that is not zero and underflows to it. `-0` is accepted and
 * read as 0, since RFC 8785 writes both as `0`. Undefined if it is no number.
 */
export const readJsonNumber = (
  text: string,
  from: number,
): { readonly value: number | undefined; readonly end: number } | undefined => {
  const first = text[from] === '-' ? from + 1 : from
  const whole = skipDigits(text, first)
  if (whole === first || (text[first] === '0' && whole > first + 1)) return undefined
  const end = skipTail(text, whole)
  if (end === undefined) return undefined
  const value = Number(text.slice(from, end))
  return { value: isExact(value, text, from, whole, end) ? value + 0 : undefined, end }
}

const isExact = (
  value: number,
  text: string,
  from: number,
  whole: number,
  end: number,
): boolean => {
  if (end === whole) return Number.isSafeInteger(value)
  return Number.isFinite(value) && (value !== 0 || isZero(text, from, end))
}

/** Whether no digit but 0 stands before the exponent. */
const isZero = (text: string, from: number, end: number): boolean => {
  for (let at = from; at < end && text[at] !== 'e' && text[at] !== 'E'; at++) {
    const c = text.charCodeAt(at)
    if (c >= 0x31 && c <= 0x39) return false
  }
  return true
}
