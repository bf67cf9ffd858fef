import type { ConfigSpec } from '#runtime/process/config.ts'
import { headStartConfig } from '#runtime/process/head-start-config.ts'
import { registryConfig } from '#runtime/process/registry-config.ts'
import { listenerConfig } from '#runtime/http/listener-config.ts'
import { clockConfig } from '#runtime/process/clock.ts'
import { serviceConfig } from '#runtime/process/service.ts'

export const consoleConfig = {
  ...serviceConfig,
  ...clockConfig,
  databaseUrl: {
    type: 'url',
    schemes: ['postgres:', 'postgresql:'],
    secret: true,
    example: 'postgres://console@127.0.0.1:5432/switchboard_hub',
    doc: "The hub's database.",
  },
  sessionKeyFile: {
    type: 'file',
    example: '/etc/switchboard/console-session.jwks',
    doc:
      "JWK or JWK set of the session keys that operators' tokens are signed with; only the " +
      'public parts are used, and read again when the file changes. A key with sub, role or ' +
      'participant beside it signs for nobody else.',
  },
  operatorTokenMaxS: {
    type: 'integer',
    default: 43_200,
    min: 1,
    max: 86_400,
    unit: 's',
    example: '3600',
    doc: "The longest life of an operator's token; one that is good for longer is refused.",
  },
  ...listenerConfig(8083),
  databaseConnections: {
    type: 'integer',
    default: 6,
    min: 2,
    max: 100,
    unit: 'connections',
    example: '6',
    doc: 'Most connections to the database.',
  },
  ...registryConfig('requests are answered 503'),
  ...headStartConfig,
  requestsPerMinute: {
    type: 'integer',
    default: 6000,
    min: 1,
    max: 10_000_000,
    unit: 'requests',
    example: '6000',
    doc: 'Most requests of one person in a minute; beyond, 429.',
  },
  flowMaxReaders: {
    type: 'integer',
    default: 100,
    min: 1,
    max: 10_000,
    unit: 'readers',
    example: '100',
    doc: 'Most streams of GET /v1/flow at once.',
  },
} as const satisfies ConfigSpec
