import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigError, type ConfigSpec } from '../process/config.ts'
import type { KafkaSecurity } from './client.ts'
import { isLoopback } from '../http/loopback.ts'
import { readSecret, requirePrivate } from '../files/secret-file.ts'

/**
 * How a process reaches Kafka. The files are read again for each connection, so certificates and
 * passwords change without a restart.
 */
export const kafkaConfig = {
  kafkaBrokers: { type: 'list', example: '127.0.0.1:9092', doc: 'Kafka brokers to start from.' },
  kafkaTlsCaFile: {
    type: 'file',
    optional: true,
    example: '/etc/switchboard/ca.pem',
    doc: 'Certificates that vouch for the brokers; turns TLS on.',
  },
  kafkaTlsCertFile: {
    type: 'file',
    optional: true,
    example: '/etc/switchboard/kafka.pem',
    doc: 'Certificate to show the brokers, where they ask for one.',
  },
  kafkaTlsKeyFile: {
    type: 'file',
    optional: true,
    example: '/run/secrets/kafka.key',
    doc: 'Private key of that certificate, mode 0600.',
  },
  kafkaSaslUsername: {
    type: 'string',
    optional: true,
    example: 'gateway-TH',
    doc: 'User name at Kafka (SCRAM-SHA-512).',
  },
  kafkaSaslPasswordFile: {
    type: 'file',
    optional: true,
    example: '/run/secrets/kafka-password',
    doc: 'File with its password, mode 0600.',
  },
  kafkaAllowPlain: {
    type: 'flag',
    default: false,
    example: 'true',
    doc: 'Allows brokers on other machines without TLS.',
  },
} as const satisfies ConfigSpec

export type KafkaSettings = {
  readonly kafkaBrokers: readonly string[]
  readonly kafkaTlsCaFile?: string | undefined
  readonly kafkaTlsCertFile?: string | undefined
  readonly kafkaTlsKeyFile?: string | undefined
  readonly kafkaSaslUsername?: string | undefined
  readonly kafkaSaslPasswordFile?: string | undefined
  readonly kafkaAllowPlain?: boolean
}

/**
 * Reads the files that the settings name. Throws a ConfigError if the settings do not fit together,
 * or if others can read a secret.
 */
export const kafkaSecurity = (settings: KafkaSettings): KafkaSecurity => {
  const problems = contradictions(settings)
  if (problems.length > 0) throw new ConfigError(problems)
  const {
    kafkaTlsCaFile: ca,
    kafkaTlsCertFile: cert,
    kafkaTlsKeyFile: key,
    kafkaSaslUsername: username,
    kafkaSaslPasswordFile: password,
  } = settings
  if (ca === undefined) return {}
  if (key !== undefined) requirePrivate(key)
  if (password !== undefined) readSecret(password)
  return {
    ssl: tlsOptions(ca, cert, key),
    ...(username !== undefined &&
      password !== undefined && {
        sasl: {
          mechanism: 'scram-sha-512',
          username,
          get password() {
            return readSecret(password)
          },
        },
      }),
  }
}

const contradictions = (s: KafkaSettings): string[] => {
  const problems: string[] = []
  const tls = s.kafkaTlsCaFile !== undefined
  if (!tls && s.kafkaAllowPlain !== true && !s.kafkaBrokers.every(isLocalBroker)) {
    problems.push(
      'KAFKA_TLS_CA_FILE is not set and a broker is on another machine: set it, or ' +
        'KAFKA_ALLOW_PLAIN=true where nobody else is on the network. Example: ' +
        'KAFKA_TLS_CA_FILE=/etc/switchboard/ca.pem',
    )
  }
  if ((s.kafkaTlsCertFile === undefined) !== (s.kafkaTlsKeyFile === undefined))
    problems.push('KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE belong together: set both or neither')
  if ((s.kafkaSaslUsername === undefined) !== (s.kafkaSaslPasswordFile === undefined))
    problems.push(
      'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE belong together: set both or neither',
    )
  if (!tls && (s.kafkaTlsCertFile ?? s.kafkaSaslUsername) !== undefined)
    problems.push(
      'KAFKA_TLS_CA_FILE is not set: a certificate or password is shown to nobody who has not ' +
        'proved to be the broker',
    )
  return problems
}

const isLocalBroker = (broker: string): boolean => isLoopback(broker.replace(/:\d+$/, ''))

/** Getters, because kafkajs and Node read the options anew for each connection. */
const tlsOptions = (
  ca: string,
  cert: string | undefined,
  key: string | undefined,
): ConnectionOptions =>
  cert === undefined || key === undefined
    ? {
        get ca() {
          return readFileSync(ca)
        },
      }
    : {
        get ca() {
          return readFileSync(ca)
        },
        get cert() {
          return readFileSync(cert)
        },
        get key() {
          return readFileSync(key)
        },
      }
