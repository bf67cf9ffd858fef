import { Kafka, logLevel } from 'kafkajs'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import '#runtime/kafka/request-timers.ts'

/**
 * Whether the broker serves. With a cluster id, only that cluster counts: another program may have
 * the port.
 */
export const brokerServes = async (
  broker: string,
  clusterId?: string,
  security: KafkaSecurity = {},
): Promise<boolean> => {
  const admin = new Kafka({
    clientId: 'switchboard-stack',
    brokers: [broker],
    ...security,
    connectionTimeout: 2_000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  }).admin()
  try {
    await admin.connect()
    const cluster = await admin.describeCluster()
    return (
      cluster.brokers.length > 0 && (clusterId === undefined || cluster.clusterId === clusterId)
    )
  } finally {
    await admin.disconnect()
  }
}
