/**
 * An error with this marker means "not now": the same request may succeed later. The code that
 * throws sets it, so nobody lists the error classes of other folders.
 */
export type Unavailable = { readonly unavailable: true }

/**
 * Whether an error means "not now" instead of "broken": a connection to PostgreSQL or Kafka is gone
 * or refused, the database has no connection, disk or time left, a standby was promoted under the
 * connection, or the error carries the marker of `Unavailable`. It looks at the error and its
 * causes. Any other error is a fault of this program.
 */
export const isUnavailable = (error: unknown): boolean => {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('unavailable' in at && at.unavailable === true) return true
    if ('code' in at && typeof at.code === 'string' && isUnavailableCode(at.code)) return true
    if (at instanceof AggregateError && at.errors.some(isUnavailable)) return true
    if (kafkajsNames.has(at.name) || pgMessage.test(at.message)) return true
  }
  return false
}

const isUnavailableCode = (code: string): boolean => networkCodes.has(code) || sqlState.test(code)

/** Network errors of Node. */
const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/**
 * PostgreSQL's SQLSTATE (its manual, appendix A): connection exceptions (08), insufficient
 * resources (53, with disk full and too many connections), shutdown and startup (57P), statement
 * timeout (57014), lock timeout (55P03), read-only standby (25006), serialization and deadlock
 * after the bounded retries (40001, 40P01), I/O errors (58030).
 */
const sqlState = /^(08...|53...|57P..|57014|55P03|25006|40001|40P01|58030)$/

/** Errors of kafkajs, which carry no code of their own. */
const kafkajsNames: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSBrokerNotFound',
])

/** Errors that pg reports without a code. */
const pgMessage = new RegExp(
  [
    '^Connection terminated',
    '^Client has encountered a connection error',
    '^timeout (exceeded when trying to connect|expired)',
    '^Query read timeout',
    '^Cannot use a pool after calling end',
  ].join('|'),
)
