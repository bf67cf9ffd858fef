import { Option, type Command } from 'commander'
import { createKafkaAccessAdmin, type KafkaAccessAdmin } from '#runtime/kafka/access-admin.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity, type KafkaSettings } from '#runtime/kafka/security.ts'
import type { MessageLogAdmin } from '#runtime/kafka/message-log.ts'
import { findDemo } from './demo-file.ts'
import { misused } from '../failure.ts'
import { commaList } from '../input/lists.ts'
import { quietLog } from './quiet-log.ts'

export type KafkaOptions = {
  readonly brokers?: readonly string[]
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly saslUsername?: string
  readonly saslPasswordFile?: string
  readonly allowPlain?: boolean
}

/** Where Kafka is and how this program authenticates, by the variables that services read too. */
export const withKafkaOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--brokers <list>', 'brokers to start from')
        .env('KAFKA_BROKERS')
        .argParser(commaList),
    )
    .addOption(
      new Option('--tls-ca <file>', 'certificates that vouch for the brokers').env(
        'KAFKA_TLS_CA_FILE',
      ),
    )
    .addOption(
      new Option('--tls-cert <file>', "the administrator's certificate").env('KAFKA_TLS_CERT_FILE'),
    )
    .addOption(new Option('--tls-key <file>', 'its private key').env('KAFKA_TLS_KEY_FILE'))
    .addOption(new Option('--sasl-username <name>', 'or the user name').env('KAFKA_SASL_USERNAME'))
    .addOption(
      new Option('--sasl-password-file <file>', 'and the file of its password').env(
        'KAFKA_SASL_PASSWORD_FILE',
      ),
    )
    .addOption(
      new Option('--allow-plain [flag]', 'allow brokers on other machines without TLS')
        .env('KAFKA_ALLOW_PLAIN')
        .argParser((text) => text === 'true'),
    )

export type KafkaAdmins = { readonly topics: MessageLogAdmin; readonly access: KafkaAccessAdmin }

/** Works on the Kafka of the options, or else of the demo. */
export const withKafka = async (
  options: KafkaOptions,
  work: (admins: KafkaAdmins) => Promise<void>,
): Promise<void> => {
  const settings = await settingsOf(options)
  const [brokers, security] = [settings.kafkaBrokers, kafkaSecurity(settings)]
  const messages = createKafkaMessageLog({
    brokers,
    security,
    clientId: 'switchboard-cli',
    log: quietLog,
  })
  const access = createKafkaAccessAdmin({ brokers, security })
  try {
    await work({ topics: messages.admin, access })
  } finally {
    await Promise.all([messages.close(), access.close()])
  }
}

/** An empty variable counts as unset, as for the services. */
const set = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

const settingsOf = async (options: KafkaOptions): Promise<KafkaSettings> => {
  const demo = options.brokers === undefined ? (await findDemo())?.kafka : undefined
  if (demo?.admin !== undefined) return demo.admin
  const brokers = options.brokers ?? demo?.brokers ?? []
  if (brokers.length === 0) throw misused('say which brokers: --brokers host:9092 or KAFKA_BROKERS')
  const { tlsCa, tlsCert, tlsKey, saslUsername, saslPasswordFile, allowPlain = false } = options
  return {
    kafkaBrokers: brokers,
    kafkaTlsCaFile: set(tlsCa),
    kafkaTlsCertFile: set(tlsCert),
    kafkaTlsKeyFile: set(tlsKey),
    kafkaSaslUsername: set(saslUsername),
    kafkaSaslPasswordFile: set(saslPasswordFile),
    kafkaAllowPlain: allowPlain,
  }
}
