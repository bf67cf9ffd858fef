import type { ConfigSpec } from '#runtime/config.ts'
import { headStartConfig } from '#runtime/head-start.ts'
import { listenerTlsConfig } from '#runtime/listener-tls.ts'
import { serviceConfig } from '#runtime/service.ts'
import { translationsConfig } from '#runtime/translations.ts'

export const feedsConfig = {
  ...serviceConfig,
  databaseUrl: { type: 'url', schemes: ['postgres:', 'postgresql:'], secret: true, example: 'postgres://feeds@127.0.0.1:5432/switchboard_hub', doc: "The hub's database." },
  accessTokenKeyFile: { type: 'file', example: '/run/secrets/feeds-access.jwk', doc: 'Private JWK that signs access tokens, mode 0600.' },
  cursorKeyFile: { type: 'file', example: '/run/secrets/feeds-cursor', doc: '32 random bytes, base64url, mode 0600: the key of the cursors. The same in every process; with another one readers begin again.' },
  host: { type: 'string', default: '127.0.0.1', example: '127.0.0.1', doc: 'Address to listen on.' },
  port: { type: 'integer', default: 8082, min: 0, max: 65535, example: '8082', doc: 'Port to listen on; 0 takes a free one.' },
  ...listenerTlsConfig,
  ...translationsConfig,
  databaseConnections: { type: 'integer', default: 10, min: 4, max: 200, unit: 'connections', example: '10', doc: 'Most connections to the database.' },
  accessTokenTtlS: { type: 'integer', default: 600, min: 10, max: 86_400, unit: 's', example: '600', doc: 'How long an access token lives.' },
  tokenAudiences: { type: 'list', default: [], example: 'https://feeds.hub.example/oauth/token', doc: 'What the assertion of a client (private_key_jwt) may name as its audience, beside switchboard-feeds: the URL of the token endpoint as clients see it.' },
  tokenRequestsPerMinute: { type: 'integer', default: 60, min: 1, max: 100_000, unit: 'requests', example: '60', doc: 'Most token requests of one client and address in a minute.' },
  requestsPerMinute: { type: 'integer', default: 6000, min: 1, max: 10_000_000, unit: 'requests', example: '6000', doc: 'Most requests of one client in a minute; beyond, 429.' },
  streamsPerClient: { type: 'integer', default: 20, min: 1, max: 10_000, unit: 'streams', example: '20', doc: 'Most SSE streams and waiting requests of one client at a time; beyond, 429.' },
  streamsMax: { type: 'integer', default: 2000, min: 1, max: 50_000, unit: 'streams', example: '2000', doc: 'Most SSE streams and waiting requests of this process.' },
  tailMaxEntries: { type: 'integer', default: 20_000, min: 0, max: 1_000_000, unit: 'entries', example: '20000', doc: 'Newest entries held in memory; what is older is read from the database.' },
  tailMaxBytes: { type: 'integer', default: 16 * 1024 * 1024, min: 0, max: 4 * 1024 ** 3, unit: 'bytes', example: '16777216', doc: 'About the most memory of the entries held in memory.' },
  viewsMaxBytes: { type: 'integer', default: 8 * 1024 * 1024, min: 0, max: 1024 ** 3, unit: 'bytes', example: '8388608', doc: 'Most text of rendered entries that readers share.' },
  tailPollMs: { type: 'integer', default: 1000, min: 50, max: 60_000, unit: 'ms', example: '1000', doc: 'How often the log is read although no notification came.' },
  tailStaleMs: { type: 'integer', default: 10_000, min: 500, max: 600_000, unit: 'ms', example: '10000', doc: 'Without a look at the log for so long, the service is not ready and answers 503.' },
  registryPollMs: { type: 'integer', default: 1000, min: 100, max: 60_000, unit: 'ms', example: '1000', doc: 'How often the registry is read, should a notification be lost.' },
  registryStaleMs: { type: 'integer', default: 5000, min: 500, max: 120_000, unit: 'ms', example: '5000', doc: 'Older than this, the registry is not trusted and nothing is handed over.' },
  ...headStartConfig,
  scanMaxEntries: { type: 'integer', default: 2000, min: 1, max: 100_000, unit: 'entries', example: '2000', doc: 'Most entries looked at for one page; then it is answered short.' },
  streamBatchBytes: { type: 'integer', default: 64 * 1024, min: 1024, max: 16 * 1024 ** 2, unit: 'bytes', example: '65536', doc: 'Most text given to one SSE stream before it has taken what it was given.' },
  slowReaderMs: { type: 'integer', default: 10_000, min: 100, max: 600_000, unit: 'ms', example: '10000', doc: 'An SSE reader that does not take one batch in this time is dropped by service/reader-too-slow.' },
  idleMs: { type: 'integer', default: 15_000, min: 100, max: 60_000, unit: 'ms', example: '15000', doc: 'How often an idle SSE stream gets a comment and an id.' },
  offerAheadEntries: { type: 'integer', default: 10_000, min: 1, max: 10_000_000, unit: 'entries', example: '10000', doc: 'How far beyond the end of the log a range is offered in the delivery ledger.' },
  ledgerFlushMs: { type: 'integer', default: 1000, min: 50, max: 10_000, unit: 'ms', example: '1000', doc: 'How often what was handed over is written to the delivery ledger.' },
} as const satisfies ConfigSpec
