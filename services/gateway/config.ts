import type { ConfigSpec } from '#runtime/process/config.ts'
import { kafkaConfig } from '#runtime/kafka/security.ts'
import { listenerConfig } from '#runtime/http/listener-config.ts'
import { clockConfig } from '#runtime/process/clock.ts'
import { serviceConfig } from '#runtime/process/service.ts'
import { translationsConfig } from '#runtime/files/translations.ts'

export const gatewayConfig = {
  ...serviceConfig,
  ...clockConfig,
  participant: {
    type: 'string',
    example: 'TH',
    doc: "The participant's id, as the hub's registry has it.",
  },
  databaseUrl: {
    type: 'url',
    schemes: ['postgres:', 'postgresql:'],
    secret: true,
    example: 'postgres://gateway@127.0.0.1:5432/switchboard_gateway_th',
    doc: "This gateway's own database.",
  },
  ...kafkaConfig,
  noticeKeyFile: {
    type: 'file',
    example: '/run/secrets/notice.jwk',
    doc:
      "Private JWK of the country's notice key, mode 0600; another in its place is used as soon " +
      'as the hub has it enrolled.',
  },
  ncbKeysFile: {
    type: 'file',
    optional: true,
    example: '/etc/switchboard/ncb.jwks',
    doc:
      "JWK or JWK set of the NCB's own keys: the gateway is ready only if one of them has " +
      'countersigned its notice key.',
  },
  hubKeysFile: {
    type: 'file',
    example: '/etc/switchboard/hub-keys.jwks',
    doc: "JWK set of the hub's reply keys that this gateway trusts; read again when it changes.",
  },
  nationalIssuer: {
    type: 'string',
    example: 'https://id.police.example',
    doc: 'The `iss` of the tokens of national systems.',
  },
  nationalJwks: {
    type: 'string',
    example: 'https://id.police.example/jwks.json',
    doc:
      "The national issuer's JWK set: an https URL, or a file that is read again when it " +
      'changes.',
  },
  nationalJwksMaxAgeS: {
    type: 'integer',
    default: 300,
    min: 1,
    max: 86_400,
    unit: 's',
    example: '300',
    doc:
      'How long keys of a URL count before they are fetched again: a withdrawn key is refused ' +
      'by then. An unknown kid fetches sooner, at most every 5 s.',
  },
  nationalJwksOutageS: {
    type: 'integer',
    default: 86_400,
    min: 0,
    max: 2_592_000,
    unit: 's',
    example: '86400',
    doc: 'How much longer they count while they cannot be fetched; then 503.',
  },
  nationalTokenMaxS: {
    type: 'integer',
    default: 600,
    min: 1,
    max: 86_400,
    unit: 's',
    example: '600',
    doc: 'The longest life of a national token; one that is good for longer is refused.',
  },
  requestsPerMinute: {
    type: 'integer',
    default: 60_000,
    min: 1,
    max: 10_000_000,
    unit: 'requests',
    example: '60000',
    doc: 'Most requests of one national system (`sub`) in a minute; beyond, 429.',
  },
  neverListFile: {
    type: 'file',
    optional: true,
    example: '/etc/switchboard/never-list.json',
    doc:
      'A never-list of your own beside the common one, as schemas/never-list.json describes it: ' +
      'senders are warned of its subjects.',
  },
  ...listenerConfig(8081),
  ...translationsConfig,
  databaseConnections: {
    type: 'integer',
    default: 6,
    min: 3,
    max: 100,
    unit: 'connections',
    example: '6',
    doc: 'Most connections to the database.',
  },
  reviewAfterDays: {
    type: 'integer',
    default: 180,
    min: 1,
    max: 3650,
    unit: 'days',
    example: '180',
    doc: 'When a notice that names no review date is to be looked at again, counted from its POST.',
  },
  dueAheadDays: {
    type: 'integer',
    default: 30,
    min: 0,
    max: 3650,
    unit: 'days',
    example: '30',
    doc: 'How long before its review or expiry a notice is said to be due.',
  },
  retentionDays: {
    type: 'integer',
    default: 1826,
    min: 365,
    max: 36_500,
    unit: 'days',
    example: '1826',
    doc:
      "How long a notice's content and envelope are kept after its newest version was answered " +
      'by the hub.',
  },
  victimRetentionDays: {
    type: 'integer',
    default: 365,
    min: 30,
    max: 36_500,
    unit: 'days',
    example: '365',
    doc: 'The same where the newest version names a possible or confirmed victim.',
  },
  retentionPollMs: {
    type: 'integer',
    default: 3_600_000,
    min: 100,
    max: 86_400_000,
    unit: 'ms',
    example: '3600000',
    doc: 'How often content whose time is over is looked for.',
  },
  dueReportMs: {
    type: 'integer',
    default: 86_400_000,
    min: 1000,
    max: 604_800_000,
    unit: 'ms',
    example: '86400000',
    doc: 'How often the log says how many notices are due.',
  },
  noticeMaxVersions: {
    type: 'integer',
    default: 1000,
    min: 1,
    max: 100_000,
    unit: 'versions',
    example: '1000',
    doc: 'Most versions of one notice; beyond, 409. A revocation is taken beyond them.',
  },
  noticeVersionsPerHour: {
    type: 'integer',
    default: 60,
    min: 1,
    max: 100_000,
    unit: 'versions',
    example: '60',
    doc: 'Most versions of one notice in an hour; beyond, 429. A revocation is always taken.',
  },
  commitMaxNotices: {
    type: 'integer',
    default: 200,
    min: 1,
    max: 2000,
    unit: 'notices',
    example: '200',
    doc: 'Most notices of one commit.',
  },
  waitingMaxNotices: {
    type: 'integer',
    default: 2000,
    min: 1,
    max: 100_000,
    unit: 'notices',
    example: '2000',
    doc: 'Most notices waiting for a commit; beyond, 503.',
  },
  relayWindowNotices: {
    type: 'integer',
    default: 5000,
    min: 1,
    max: 100_000,
    unit: 'notices',
    example: '5000',
    doc:
      'Most notices published and not answered by the hub at all, shared among the agencies ' +
      'that have any.',
  },
  republishAfterMs: {
    type: 'integer',
    default: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    example: '5000',
    doc:
      'How long to wait for a receipt before the same bytes are published again; doubles each ' +
      'time.',
  },
  republishMaxMs: {
    type: 'integer',
    default: 300_000,
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    example: '300000',
    doc: 'The longest such wait.',
  },
} as const satisfies ConfigSpec
