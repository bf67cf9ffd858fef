/** The number of some ASCII digits. NaN if one is no digit; NaN fails every comparison. */
const digits = (text: string, from: number, count: number): number => {
  let value = 0
  for (let at = from; at < from + count; at++) {
    const c = text.charCodeAt(at) - 0x30
    if (!(c >= 0 && c <= 9)) return Number.NaN
    value = value * 10 + c
  }
  return value
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysOf = (year: number, month: number): number => {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** `.` and one to nine digits, or nothing, then the closing Z. */
const endsAsUtc = (text: string): boolean => {
  if (text.length === 20) return text[19] === 'Z'
  const places = text.length - 21
  return (
    text[19] === '.' &&
    places >= 1 &&
    places <= 9 &&
    digits(text, 20, places) >= 0 &&
    text.endsWith('Z')
  )
}

const isTime = (text: string): boolean =>
  text[13] === ':' &&
  text[16] === ':' &&
  digits(text, 11, 2) <= 23 &&
  digits(text, 14, 2) <= 59 &&
  digits(text, 17, 2) <= 59

/**
 * RFC 3339 §5.6 in UTC, and a day the calendar has. Second 60 is refused: JavaScript and PostgreSQL
 * read it differently, and a deadline must mean the same everywhere.
 */
export const isUtcTime = (text: string): boolean => {
  if (
    text.length < 20 ||
    text[4] !== '-' ||
    text[7] !== '-' ||
    text[10] !== 'T' ||
    !isTime(text) ||
    !endsAsUtc(text)
  )
    return false
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

const isSmallHex = (c: number): boolean => (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66)

/** RFC 9562 §4 in small letters, as every comparison of ids needs it. */
export const isUuid = (text: string): boolean => {
  if (text.length !== 36) return false
  for (let at = 0; at < 36; at++) {
    const dash = at === 8 || at === 13 || at === 18 || at === 23
    if (dash ? text[at] !== '-' : !isSmallHex(text.charCodeAt(at))) return false
  }
  return true
}
