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

/** How often a connection and a request for metadata are repeated, each time at the next broker. */
export type Patience = 'short' | 'long'

/** The longest wait between two tries, in ms. The default of kafkajs is 30 s. */
const retryOf = (patience: Patience, brokers: number) => ({
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  retries: patience === 'short' ? brokers : 60,
})

/**
 * A kafkajs client. `onEntry` gets each log entry of kafkajs, since kafkajs reports some events
 * only there.
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
 * As kafkajs makes sockets, but without Nagle's algorithm: a commit or a heartbeat behind a fetch
 * would wait for the acknowledgement of the fetch.
 */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  // RFC 6066 §3 allows no address as a server name. The certificate is compared with `host` in any
  // case.
  const named = isIP(host) === 0 ? { servername: host } : {}
  const socket = ssl
    ? tlsConnect({ host, port, ...named, ...ssl }, onConnect)
    : netConnect({ host, port }, onConnect)
  return socket.setKeepAlive(true, 10_000).setNoDelay(true)
}

/**
 * The log entry by which kafkajs reports, and nowhere else, that the broker had lost a position and
 * kafkajs went back to the beginning.
 */
export const isReset = ({ message }: LogEntry['log']): boolean =>
  message.startsWith('Offset out of range, resetting')

/**
 * kafkajs logs as errors what its retries repair. An error that stays is logged by the code that
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
