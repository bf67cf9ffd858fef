import { resolve } from 'node:path'
import type { KafkaSettings } from '#runtime/kafka/security.ts'
import { makeCertificates, type Certificates } from '../../tls/certificates.ts'
import type { BrokerSettings, KafkaPorts } from './settings.ts'

/** The ways into a secured Kafka, with files of the demo's own authority. */
export type SecuredKafka = {
  /** For administrators, who may do anything. */
  readonly admin: KafkaSettings
  /** For services. Each adds its own user name and password. */
  readonly services: KafkaSettings
}

export const adminPrincipal = 'admin'
export const brokerPrincipal = 'kafka'

const listeners = (ports: Required<KafkaPorts>, of: readonly string[], host: string): string =>
  Object.entries({ CLIENTS: ports.kafka, BROKERS: ports.kafkaTls, CONTROLLER: ports.controller })
    .filter(([name]) => of.includes(name))
    .map(([name, port]) => `${name}://${host}:${port}`)
    .join(',')

/**
 * The settings of a secured broker, however it is run. Clients prove themselves by a password
 * (SCRAM) over TLS; brokers and administrators by a certificate, whose common name is the user.
 * What no rule allows is refused. A password can be taken back within the hour and needs no
 * authority in the country. A certificate needs nothing from Kafka before.
 */
const securedSettings = (keystore: string, truststore: string): BrokerSettings => ({
  'listener.security.protocol.map': 'CLIENTS:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL',
  'inter.broker.listener.name': 'BROKERS',
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
  'listener.name.clients.scram-sha-512.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  // A connection ends within the hour after its password has changed.
  'listener.name.clients.connections.max.reauth.ms': 3_600_000,
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': keystore,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': truststore,
  'listener.name.brokers.ssl.client.auth': 'required',
  'listener.name.controller.ssl.client.auth': 'required',
  'ssl.principal.mapping.rules': 'RULE:^CN=([A-Za-z0-9._-]+)$/$1/,DEFAULT',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': false,
  'super.users': `User:${brokerPrincipal};User:${adminPrincipal}`,
})

/**
 * Makes the certificates in `<folder>/tls`, and answers what the broker, its administrators and its
 * clients need of them.
 */
export const secureKafka = async (
  folder: string,
  ports: Required<KafkaPorts>,
): Promise<{ readonly settings: BrokerSettings; readonly doors: SecuredKafka }> => {
  const certificates = await makeCertificates(resolve(folder, 'tls'), [
    { name: brokerPrincipal, hosts: ['localhost', '127.0.0.1'] },
    { name: adminPrincipal, hosts: [] },
  ])
  return {
    settings: {
      ...securedSettings(certificates.files(brokerPrincipal).keystore, certificates.ca),
      listeners: listeners(ports, ['CLIENTS', 'BROKERS', 'CONTROLLER'], '127.0.0.1'),
      'advertised.listeners': listeners(ports, ['CLIENTS', 'BROKERS'], '127.0.0.1'),
    },
    doors: doorsOf(certificates, `127.0.0.1:${ports.kafka}`, `127.0.0.1:${ports.kafkaTls}`),
  }
}

const doorsOf = ({ ca, files }: Certificates, clients: string, brokers: string): SecuredKafka => {
  const { cert, key } = files(adminPrincipal)
  return {
    admin: {
      kafkaBrokers: [brokers],
      kafkaTlsCaFile: ca,
      kafkaTlsCertFile: cert,
      kafkaTlsKeyFile: key,
    },
    services: { kafkaBrokers: [clients], kafkaTlsCaFile: ca },
  }
}
