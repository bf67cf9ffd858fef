/**
 * The text of the escape at `at` in a string (RFC 8259 §7): a character; empty for half a surrogate
 * pair; undefined for no escape.
 */
export const readJsonEscape = (text: string, at: number): string | undefined =>
  text[at + 1] === 'u' ? readUnicodeEscape(text, at) : shortEscapes[text[at + 1] ?? '']

const shortEscapes: Readonly<Record<string, string | undefined>> = Object.assign(
  Object.create(null) as object,
  {
    '"': '"',
    '\\': '\\',
    '/': '/',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
  },
)

/** One code unit, or two if a pair is escaped as two. UTF-8 holds no raw halves. */
const readUnicodeEscape = (text: string, at: number): string | undefined => {
  const unit = readHex4(text, at + 2)
  if (unit === undefined) return undefined
  if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit)
  const low =
    unit < 0xdc00 && text[at + 6] === '\\' && text[at + 7] === 'u'
      ? readHex4(text, at + 8)
      : undefined
  return low !== undefined && low >= 0xdc00 && low <= 0xdfff ? String.fromCharCode(unit, low) : ''
}

const readHex4 = (text: string, at: number): number | undefined => {
  let value = 0
  for (let i = at; i < at + 4; i++) {
    const digit = hexDigit(text.charCodeAt(i))
    if (digit === undefined) return undefined
    value = value * 16 + digit
  }
  return value
}

const hexDigit = (c: number): number | undefined => {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  const letter = c | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}
