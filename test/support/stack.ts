import { environmentKafka } from '#deploy/local/settings-environment.ts'
import type { Stack } from '#deploy/local/stack.ts'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'

/**
 * The Kafka and the PostgreSQL that the test runner started once for the whole run, or that the
 * environment names. A test makes its own databases, topics and groups in them and never stops
 * either. `security` is an administrator's at Kafka.
 */
export const stack = async (): Promise<
  Pick<Stack, 'brokers' | 'databaseUrl'> & { readonly security: KafkaSecurity }
> => {
  const { KAFKA_BROKERS: brokers = '', DATABASE_URL: databaseUrl = '' } = process.env
  if (brokers === '' || databaseUrl === '')
    throw new Error(
      'KAFKA_BROKERS and DATABASE_URL are not set: run npm test, or: npm test -- ' +
        'test/integration/<file>',
    )
  return {
    brokers: brokers.split(','),
    databaseUrl,
    security: kafkaSecurity(environmentKafka(brokers.split(','))),
  }
}
