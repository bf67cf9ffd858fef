import type { ConfigSpec } from '#runtime/process/config.ts'
import { kafkaConfig } from '#runtime/kafka/security.ts'
import { registryConfig } from '#runtime/process/registry-config.ts'
import { listenerConfig } from '#runtime/http/listener-config.ts'
import { clockConfig } from '#runtime/process/clock.ts'
import { serviceConfig } from '#runtime/process/service.ts'
import { appendRules } from '#store/log/append-rules.ts'

export const hubConfig = {
  ...serviceConfig,
  ...clockConfig,
  databaseUrl: {
    type: 'url',
    schemes: ['postgres:', 'postgresql:'],
    secret: true,
    example: 'postgres://hub@127.0.0.1:5432/switchboard_hub',
    doc: "The hub's database.",
  },
  ...kafkaConfig,
  replyKeyFile: {
    type: 'file',
    example: '/run/secrets/hub-reply.jwk',
    doc: 'Private JWK that signs replies, mode 0600.',
  },
  matchKeyFile: {
    type: 'file',
    example: '/run/secrets/hub-match',
    doc:
      '32 random bytes, base64url, mode 0600: the key under which subjects are digested for ' +
      'lookups. The same in every hub process, and for the life of the database.',
  },
  neverListFile: {
    type: 'file',
    optional: true,
    example: '/etc/switchboard/never-list.json',
    doc:
      'A never-list of your own beside the common one, as schemas/never-list.json describes it: ' +
      'a notice on one of its subjects is held until it is confirmed.',
  },
  ...listenerConfig(8080),
  batchMaxRecords: {
    type: 'integer',
    default: 500,
    min: 1,
    max: 5000,
    unit: 'records',
    example: '500',
    doc: 'Most records of one intake batch.',
  },
  fetchMaxBytes: {
    type: 'integer',
    default: 64 * 1024,
    min: 1024,
    max: 16 * 1024 ** 2,
    unit: 'bytes',
    example: '65536',
    doc:
      'About the most that one fetch takes of one participant; the next fetch waits until it is ' +
      'worked, so this bounds what a flood lets others wait for.',
  },
  batchMaxPerTopic: {
    type: 'integer',
    default: 50,
    min: 1,
    max: 5000,
    unit: 'records',
    example: '50',
    doc: 'Most records of one participant in a batch: what a flood lets others wait for.',
  },
  noticeMaxVersions: {
    type: 'integer',
    default: appendRules.maxVersions,
    min: 1,
    max: 100_000,
    unit: 'versions',
    example: '1000',
    doc: 'Most versions of one notice; a revocation is taken beyond them.',
  },
  noticeVersionsPerHour: {
    type: 'integer',
    default: appendRules.versionsPerHour,
    min: 1,
    max: 100_000,
    unit: 'versions',
    example: '600',
    doc:
      'Most versions of one notice in an hour: more than a gateway takes in an hour, as one that ' +
      'was cut off sends all at once.',
  },
  ...registryConfig('intake stops'),
  registrySendMs: {
    type: 'integer',
    default: 600_000,
    min: 1000,
    max: 86_400_000,
    unit: 'ms',
    example: '600000',
    doc: 'How often gateways are sent the registry although it has not changed.',
  },
  expiryPollMs: {
    type: 'integer',
    default: 1000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    example: '1000',
    doc: 'How often notices whose expiry has come are looked for.',
  },
  retentionDays: {
    type: 'integer',
    default: 1826,
    min: 365,
    max: 36_500,
    unit: 'days',
    example: '1826',
    doc:
      'How long content is kept after the newest version of its notice was logged; then it is ' +
      'destroyed, and its place in the log stays.',
  },
  victimRetentionDays: {
    type: 'integer',
    default: 365,
    min: 30,
    max: 36_500,
    unit: 'days',
    example: '365',
    doc:
      'The same where the newest version names a possible or confirmed victim, and for what was ' +
      'refused.',
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
  quarantineRowsPerDay: {
    type: 'integer',
    default: appendRules.quarantine.rowsPerDay,
    min: 1,
    max: 100_000_000,
    unit: 'records',
    example: '100000',
    doc:
      'Most refused records of one participant that are kept whole in a day; then a sample of ' +
      'each, and beyond ten times as many only their number.',
  },
  quarantineBytesPerDay: {
    type: 'integer',
    default: appendRules.quarantine.bytesPerDay,
    min: 1,
    max: 1024 ** 4,
    unit: 'bytes',
    example: '268435456',
    doc: 'Most bytes of refused records of one participant that are kept in a day.',
  },
  quarantineBytes: {
    type: 'integer',
    default: appendRules.quarantine.bytes,
    min: 1,
    max: 1024 ** 5,
    unit: 'bytes',
    example: '4294967296',
    doc:
      'Most bytes of refused records of one participant that are kept in all. What is held is ' +
      'always kept.',
  },
  tellPollMs: {
    type: 'integer',
    default: 500,
    min: 100,
    max: 600_000,
    unit: 'ms',
    example: '500',
    doc: 'How often what was said at feeds is logged, and gateways are told what concerns them.',
  },
  contract_1Ends: {
    type: 'string',
    optional: true,
    example: '2027-06-01T00:00:00Z',
    doc:
      'From this time on (RFC 3339, UTC) no envelope of version 1 of the contract is logged. ' +
      'What was logged stays readable.',
  },
  deliveryReportMs: {
    type: 'integer',
    default: 1000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    example: '1000',
    doc: 'How often originators are told to whom their notices were handed over.',
  },
  topicPollMs: {
    type: 'integer',
    default: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    example: '5000',
    doc: 'How often a missing topic is looked for.',
  },
} as const satisfies ConfigSpec
