import type { ConfigSpec } from '#runtime/process/config.ts'

/** The settings that the compose file reads, from `.env` or the environment. */
export const composeSettings = {
  feedsListen: {
    type: 'string',
    default: '127.0.0.1:9443',
    example: '0.0.0.0:443',
    doc: 'Where agencies reach the feeds.',
  },
  consoleListen: {
    type: 'string',
    default: '127.0.0.1:9444',
    example: '10.0.0.5:443',
    doc: 'Where operators reach the console.',
  },
  gatewayThListen: {
    type: 'string',
    default: '127.0.0.1:9451',
    example: '127.0.0.1:9451',
    doc: "Where Thailand's police systems reach their gateway.",
  },
  gatewayKhListen: {
    type: 'string',
    default: '127.0.0.1:9452',
    example: '127.0.0.1:9452',
    doc: "Where Cambodia's police systems reach their gateway.",
  },
  kafkaListen: {
    type: 'string',
    default: '127.0.0.1:9092',
    example: '0.0.0.0:9092',
    doc: 'Where gateways elsewhere reach Kafka.',
  },
  kafkaHost: {
    type: 'string',
    default: 'kafka',
    example: 'kafka.hub.example',
    doc:
      "The name by which they find it; in the broker's certificate, so set before npm run " +
      'containers:secrets.',
  },
  kafkaHeap: {
    type: 'string',
    default: '-Xms512m -Xmx512m',
    example: '-Xms2g -Xmx2g',
    doc: "Memory of the broker's JVM.",
  },
  participant: {
    type: 'string',
    optional: true,
    example: 'LA',
    doc: 'Profile gateway-only: whose gateway it is.',
  },
  hubKafkaBrokers: {
    type: 'string',
    optional: true,
    example: 'kafka.hub.example:9092',
    doc: "Profile gateway-only: the hub's Kafka.",
  },
  nationalIssuer: {
    type: 'string',
    optional: true,
    example: 'https://id.police.la.example',
    doc: 'Profile gateway-only: the `iss` of the tokens of national systems.',
  },
  nationalJwks: {
    type: 'string',
    default: '/run/secrets/national.jwks',
    example: 'https://id.police.la.example/jwks.json',
    doc: 'Profile gateway-only: the key set of that issuer.',
  },
  nationalTokenMaxS: {
    type: 'integer',
    default: 600,
    unit: 's',
    example: '3600',
    doc: 'The longest life of a national token at the gateways.',
  },
  gatewayListen: {
    type: 'string',
    default: '127.0.0.1:9450',
    example: '0.0.0.0:443',
    doc: 'Profile gateway-only: where police systems reach the gateway.',
  },
  gatewaySecrets: {
    type: 'string',
    default: './deploy/secrets/own-gateway',
    example: '/etc/switchboard',
    doc: 'Profile gateway-only: the folder of its secrets.',
  },
  switchboardOperator: {
    type: 'string',
    default: '1000:1000',
    example: '1001:1001',
    doc:
      'User and group that the command line runs as; npm run containers:secrets writes it into ' +
      '.env.',
  },
  switchboardBuildNetwork: {
    type: 'string',
    default: 'default',
    example: 'host',
    doc: 'Network of image builds, for a machine whose containers cannot reach a registry.',
  },
} as const satisfies ConfigSpec

/** The settings that the local stack, the demo and the tests read. */
export const localSettings = {
  switchboardStack: {
    type: 'string',
    oneOf: ['external', 'embedded', 'docker'],
    optional: true,
    example: 'docker',
    doc: 'Where Kafka and PostgreSQL come from; without it, the first of these that is there.',
  },
  kafkaBrokers: {
    type: 'list',
    optional: true,
    example: '127.0.0.1:9092',
    doc:
      'Brokers of your own (external), with the other KAFKA_ settings of the gateway where they ' +
      'ask for TLS or passwords.',
  },
  databaseUrl: {
    type: 'url',
    optional: true,
    secret: true,
    example: 'postgres://user:password@127.0.0.1:5432/postgres',
    doc: 'A maintenance database of your own (external), whose user may create databases.',
  },
  switchboardSecure: {
    type: 'string',
    oneOf: ['1'],
    optional: true,
    example: '1',
    doc: 'Runs the embedded Kafka with TLS, passwords and access rules.',
  },
  switchboardKeep: {
    type: 'string',
    oneOf: ['1'],
    optional: true,
    example: '1',
    doc: 'npm test begins with the data of the last run.',
  },
  switchboardRequireDocker: {
    type: 'string',
    oneOf: ['1'],
    optional: true,
    example: '1',
    doc: 'npm run test:containers fails where no engine is reachable, instead of passing over.',
  },
  switchboardRequirePython: {
    type: 'string',
    optional: true,
    oneOf: ['1'],
    example: '1',
    doc:
      'test/unit/interop.test.ts fails where Python or PyPI cannot be had, instead of passing ' +
      'over.',
  },
  python: {
    type: 'string',
    default: 'python3',
    example: '/usr/bin/python3.13',
    doc: 'The Python of that test.',
  },
  switchboardKafkaPort: {
    type: 'integer',
    optional: true,
    example: '9092',
    doc: "The embedded Kafka's port; without it a free one, which is kept.",
  },
  switchboardKafkaTlsPort: {
    type: 'integer',
    optional: true,
    example: '9093',
    doc: 'The same for administrators of a secured Kafka.',
  },
  switchboardKafkaControllerPort: {
    type: 'integer',
    optional: true,
    example: '9094',
    doc: 'The same for its controller.',
  },
  switchboardPostgresPort: {
    type: 'integer',
    optional: true,
    example: '5432',
    doc: "The embedded PostgreSQL's port.",
  },
  switchboardKafkaHeap: {
    type: 'string',
    default: '512m',
    example: '2g',
    doc: "Memory of the embedded Kafka's JVM.",
  },
  switchboardKafkaRetentionHours: {
    type: 'integer',
    default: 24,
    unit: 'h',
    min: 1,
    example: '24',
    doc: 'How long the embedded Kafka keeps records.',
  },
  failpointFolder: {
    type: 'string',
    optional: true,
    example: '.switchboard/failpoints',
    doc: 'Tests only: a process dies at the place in the code for which this folder has a file.',
  },
} as const satisfies ConfigSpec

/** The settings that the command line reads beside its options. */
export const cliSettings = {
  databaseUrl: {
    type: 'url',
    optional: true,
    secret: true,
    example: 'postgres://hub@127.0.0.1:5432/switchboard_hub',
    doc: "The hub's database.",
  },
  switchboardToken: {
    type: 'string',
    optional: true,
    secret: true,
    example: '…',
    doc: 'The token for gateway, feeds or console.',
  },
  switchboardConsole: {
    type: 'url',
    optional: true,
    example: 'https://console.hub.example:9444',
    doc: "The console's address.",
  },
  switchboardClientSecret: {
    type: 'string',
    optional: true,
    secret: true,
    example: '…',
    doc: 'The secret of the client named by --client-id.',
  },
} as const satisfies ConfigSpec
