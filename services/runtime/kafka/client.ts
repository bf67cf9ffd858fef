import { connect as netConnect, isIP } from 'node:net'
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls'
import { Kafka, logLevel, type ISocketFactory, type LogEntry, type SASLOptions } from 'kafkajs'
import './request-timers.ts'
import type { Log } from '../process/log.ts'

export type KafkaSecurity = { readonly ssl?: ConnectionOptions | true; readonly sasl?: SASLOptions }

export type KafkaClientOptions = {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly log: Log
  readonly security?: KafkaSecurity
}

const connectionTimeoutMs = 3_000
const authenticationTimeoutMs = 5_000
const requestTimeoutMs = 10_000

/** How often connecting and asking for metadata are repeated, each time at the next broker. */
export type Patience = 'short' | 'long'

/** kafkajs's own defaults wait up to 30 s between two tries. */
const retryOf = (patience: Patience, brokers: number) => ({
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  retries: patience === 'short' ? brokers : 60,
})

/**
 * A kafkajs client. `onEntry` sees each log entry of kafkajs, which tells some things only there.
 */
export const createKafkaClient = (
  options: KafkaClientOptions,
  patience: Patience,
  onEntry: (entry: LogEntry) => void = () => undefined,
): Kafka => {
  const { brokers, clientId, log, security = {} } = options
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(security.ssl !== undefined && { ssl: security.ssl }),
    ...(security.sasl !== undefined && { sasl: security.sasl }),
    connectionTimeout: connectionTimeoutMs,
    authenticationTimeout: authenticationTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: retryOf(patience, brokers.length),
    socketFactory,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      onEntry(entry)
      writeEntry(log, entry)
    },
  })
}

/**
 * As kafkajs's own, and without Nagle's algorithm: a commit or heartbeat behind a fetch would wait
 * for its acknowledgement.
 */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  // RFC 6066 §3 has no addresses as server names; the certificate is compared with `host` all the
  // same.
  const named = isIP(host) === 0 ? { servername: host } : {}
  const socket = ssl
    ? tlsConnect({ host, port, ...named, ...ssl }, onConnect)
    : netConnect({ host, port }, onConnect)
  return socket.setKeepAlive(true, 10_000).setNoDelay(true)
}

/**
 * A position was gone from the broker and kafkajs reset it to the beginning: it says so nowhere
 * else.
 */
export const isReset = ({ message }: LogEntry['log']): boolean =>
  message.startsWith('Offset out of range, resetting')

/**
 * kafkajs logs as errors what its retries are for; what ends in an error of ours is logged by who
 * meets it.
 */
const writeEntry = (log: Log, { namespace, level, log: entry }: LogEntry): void => {
  const {
    message,
    timestamp: _timestamp,
    logger: _logger,
    stack: _stack,
    error,
    ...members
  } = entry
  const fields = {
    ...members,
    ...(error !== undefined && { reason: error instanceof Error ? error.message : error }),
    kafka: namespace,
  }
  if (isReset(entry)) log.error(fields, message)
  else log.debug({ ...fields, severity: logLevel[level] }, message)
}
