/**
 * The names of members that never reach a log, at any depth. pino's own paths (`*.token`) miss the
 * top level and every depth that they do not spell out. Names are compared without case, `_` and
 * `-`.
 */
const masked = new Set(
  [
    'authorization cookie setCookie token accessToken refreshToken idToken jwt assertion ' +
      'clientAssertion secret clientSecret password',
    'passphrase privateKey d secretHash salt databaseUrl connectionString',
    'body payload envelope disclosures subject canonical number iban account holder address ' +
      'tag narrative caseReference contact advice conditions',
  ].flatMap((names) => names.toLowerCase().split(' ')),
)

const maxDepth = 6

/**
 * A copy of `value` for the log. An error has `describeError`'s form; of bytes only the length is
 * left.
 */
export const redact = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return withoutPassword(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return describeError(value)
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (value instanceof Date) return value
  if (depth >= maxDepth) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isMasked(name) && item !== undefined ? '[masked]' : redact(item, depth + 1),
    ]),
  )
}

const isMasked = (name: string): boolean => masked.has(name.replace(/[_-]/g, '').toLowerCase())

const withoutPassword = (text: string): string =>
  text.replace(/(\/\/[^/\s:@]*:)[^/\s@]+@/g, '$1***@')

type ErrorDescription = {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: ErrorDescription
}

/**
 * What the log holds of an error. Other members are left out: those of pg (`detail`, `where`,
 * `parameters`) repeat rows. Quoted text is masked in the messages of PostgreSQL's data exceptions
 * (class 22) and of JSON.parse, because it repeats input.
 */
const describeError = (error: unknown, depth = 0): ErrorDescription => {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'a value was thrown that is not an Error' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const repeatsInput = error instanceof SyntaxError || code?.startsWith('22')
  const message = withoutPassword(
    repeatsInput ? error.message.replace(/(["']).*\1/s, '"…"') : error.message,
  )
  return {
    type: error.name,
    message,
    ...(code !== undefined && { code }),
    ...(error.stack !== undefined && { stack: frames(error.stack) }),
    ...(error.cause !== undefined &&
      depth < maxDepth && { cause: describeError(error.cause, depth + 1) }),
  }
}

/** The frames alone, because the first lines of a stack repeat the message. */
const frames = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .join('\n')
