/**
 * Whether an error means "not now" instead of "broken": a connection to PostgreSQL or Kafka is gone or refused, the
 * database is out of connections, disk or time, a standby was promoted under us, or a bounded queue is full.
 * Looks at the error and its causes. What is not listed is a fault of ours.
 */
export const isUnavailable = (error: unknown): boolean => {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && unavailableCode.test(at.code)) return true
    if (at instanceof AggregateError && at.errors.some(isUnavailable)) return true
    if (unavailableName.test(at.name) || unavailableMessage.test(at.message)) return true
  }
  return false
}

/**
 * Network errors of Node; PostgreSQL: connection exceptions (08), insufficient resources (53, with disk full and too
 * many connections), shutdown and startup (57P), statement timeout (57014), lock timeout (55P03), read-only standby
 * (25006), serialization and deadlock after the bounded retries (40001, 40P01), I/O errors (58030); our full queue.
 */
const unavailableCode =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|53...|57P..|57014|55P03|25006|40001|40P01|58030|message-log\/(full|unavailable|closed))$/

/** kafkajs names, whose errors carry no code of their own; and ours for what is held and no longer to be trusted, or not to be written. */
const unavailableName =
  /^(KafkaJS(ConnectionError|RequestTimeoutError|NumberOfRetriesExceeded|BrokerNotFound)|RegistryStale|LedgerBehind)$/

/** pg reports these without a code. */
const unavailableMessage =
  /^(Connection terminated|Client has encountered a connection error|timeout (exceeded when trying to connect|expired)|Query read timeout|Cannot use a pool after calling end)/
