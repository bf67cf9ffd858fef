/**
 * `kafkaTls` is the port of a secured broker where brokers and administrators show certificates.
 */
export type KafkaPorts = {
  readonly kafka: number
  readonly controller: number
  readonly kafkaTls?: number
}

export type BrokerSettings = Readonly<Record<string, string | number | boolean>>

const retentionHours = (env: NodeJS.ProcessEnv): number => {
  const hours = Number(env['SWITCHBOARD_KAFKA_RETENTION_HOURS'] ?? 24)
  if (!Number.isInteger(hours) || hours < 1)
    throw new Error('SWITCHBOARD_KAFKA_RETENTION_HOURS is a whole number of hours, such as 24')
  return hours
}

/** The JVM's memory. It is small, because one broker of a demo or a test needs little. */
export const heapFlags = (env: NodeJS.ProcessEnv = process.env): string[] => {
  const heap = env['SWITCHBOARD_KAFKA_HEAP'] ?? '512m'
  if (!/^[1-9]\d{0,5}[mg]$/.test(heap))
    throw new Error('SWITCHBOARD_KAFKA_HEAP is a size such as 512m or 2g')
  return [`-Xmx${heap}`, `-Xms${heap}`]
}

/** The settings of a single broker, however it is run. */
export const brokerSettings = (
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string | number | boolean> => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'auto.create.topics.enable': false,
  'num.partitions': 1,
  'default.replication.factor': 1,
  'offsets.topic.replication.factor': 1,
  // A cluster has 50. The first consumer group waits until all of them exist, so there are fewer
  // here.
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 4,
  // A killed broker may join again only when the session of its last life has ended.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  // No other controller follows this one's log, so idle records are written to it every 10 s
  // instead of every 500 ms.
  'metadata.max.idle.interval.ms': 10_000,
  'group.initial.rebalance.delay.ms': 0,
  // Kafka only transports records. The outboxes and the hub's database keep them.
  'log.retention.hours': retentionHours(env),
  'log.segment.bytes': 64 * 1024 * 1024,
  'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
})

/**
 * The settings file of a broker that is its own controller and listens on this machine only. A
 * setting in `more` replaces the one of the same name.
 */
export const serverProperties = (
  logFolder: string,
  ports: KafkaPorts,
  more: BrokerSettings = {},
): string => {
  const settings: BrokerSettings = {
    ...brokerSettings(),
    // The quorum is set here and not in the formatted storage, so that the ports may change from
    // one start to the next.
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.kafka}`,
    'log.dirs': logFolder,
    ...more,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
