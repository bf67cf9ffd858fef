import { MessageLogError } from './message-log.ts'

/** The command that makes a missing topic. It reads from the registry which topics must exist. */
const createCommand = 'switchboard admin kafka apply'

export const topicMissing = (topics: readonly string[]): MessageLogError =>
  new MessageLogError(
    'message-log/topic-missing',
    `Not there, or not for this client: ${topics.join(', ')}; create with: ${createCommand}`,
  )

/** Broker answers (`type` of a KafkaJSProtocolError) that repetition does not change. */
const refusedTypes: ReadonlySet<unknown> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'POLICY_VIOLATION',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
])

/**
 * kafkajs wraps errors: the answer of the broker is somewhere along `cause` and `originalError`.
 */
export const toMessageLogError = (
  error: unknown,
  topics: readonly string[] = [],
): MessageLogError => {
  if (error instanceof MessageLogError) return error
  const types = chain(error).map((at) => at.type)
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION'))
    return new MessageLogError('message-log/topic-missing', topicMissing(topics).message, {
      cause: error,
    })
  const refused = types.find((type) => refusedTypes.has(type))
  if (refused !== undefined)
    return new MessageLogError('message-log/refused', `The broker refuses: ${refused}`, {
      cause: error,
    })
  return new MessageLogError('message-log/unavailable', 'No broker answers', { cause: error })
}

type KafkaError = Error & { readonly type?: string; readonly originalError?: unknown }

const chain = (error: unknown): KafkaError[] => {
  const found: KafkaError[] = []
  for (
    let at = error as KafkaError | undefined;
    at instanceof Error && found.length < 8;
    at = (at.cause ?? at.originalError) as KafkaError | undefined
  )
    found.push(at)
  return found
}
