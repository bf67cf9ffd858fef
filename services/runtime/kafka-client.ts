import { connect as netConnect } from 'node:net'
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls'
import { Kafka, logLevel, type ISocketFactory, type LogEntry, type SASLOptions } from 'kafkajs'
import type { Log } from './log.ts'

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

/** A kafkajs client. `onMessage` sees each log entry of kafkajs, which tells some things only there. */
export const createKafkaClient = ({ brokers, clientId, log, security = {} }: KafkaClientOptions, onEntry: (entry: LogEntry) => void = () => undefined): Kafka => {
  silenceWarnings()
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(security.ssl !== undefined && { ssl: security.ssl }),
    ...(security.sasl !== undefined && { sasl: security.sasl }),
    connectionTimeout: connectionTimeoutMs,
    authenticationTimeout: authenticationTimeoutMs,
    requestTimeout: requestTimeoutMs,
    socketFactory,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      onEntry(entry)
      writeEntry(log, entry)
    },
  })
}

/** As kafkajs's own, and without Nagle's algorithm: a commit or heartbeat behind a fetch would wait for its acknowledgement. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl ? tlsConnect({ host, port, servername: host, ...ssl }, onConnect) : netConnect({ host, port }, onConnect)
  return socket.setKeepAlive(true, 10_000).setNoDelay(true)
}

/** kafkajs logs as errors what its retries are for; what ends in an error of ours is logged by who meets it. */
const writeEntry = (log: Log, { namespace, level, log: entry }: LogEntry): void => {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, error, ...members } = entry
  const fields = { ...members, ...(error !== undefined && { reason: error instanceof Error ? error.message : error }), kafka: namespace }
  if (level === logLevel.ERROR && /offset out of range/i.test(message)) log.error(fields, message)
  else if (level === logLevel.ERROR && namespace === 'Consumer') log.warn(fields, message)
  else log.debug(fields, message)
}

/**
 * kafkajs 2.2.4 sets timers with negative delays, harmlessly, which Node 24 warns of on every start. Any other warning
 * passes, and so does a negative delay of somebody else.
 */
const silenceWarnings = (): void => {
  if (silenced) return
  silenced = true
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = (...args: unknown[]): void => {
    if (args[1] === 'TimeoutNegativeWarning' && new Error().stack?.includes('kafkajs')) return
    emitWarning(...args)
  }
}
let silenced = false
