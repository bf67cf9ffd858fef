import type { FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import type { Registry } from '#core/registry/registry.ts'
import { contractSchemas } from '#core/schema/documents.ts'
import type { Translations } from '#core/catalogue/translation.ts'
import { createHttp, type CallerSettings, type Http } from '#runtime/http/http.ts'
import type { ListenerTls } from '#runtime/http/listener-tls.ts'
import type { Clock } from '#runtime/process/clock.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import { boundRequests } from '#runtime/http/request-bound.ts'
import type { AccessKey } from './clients/access-key.ts'
import { addAccessTokens, authenticateReader } from './clients/auth.ts'
import type { FeedReader } from './reading/reader.ts'
import { addConsentRoutes, type ConsentRouteDeps } from './routes/consents.ts'
import { addFeedRoute, type FeedRouteDeps } from './routes/feed.ts'
import { addNoticeRoutes, type NoticeRouteDeps } from './routes/notice.ts'
import { addSubmissionRoutes, type SubmissionRouteDeps } from './routes/submissions.ts'
import { addTokenRoute, type TokenDeps } from './routes/token.ts'

export type FeedsApp = Omit<
  FeedRouteDeps & NoticeRouteDeps & ConsentRouteDeps & SubmissionRouteDeps,
  'authenticate'
> &
  Omit<TokenDeps, 'signer' | 'now'> & {
    readonly requestsPerMinute: number
    readonly accessKey: AccessKey
    readonly registry: () => Registry
    readonly clock: Clock
    readonly ready: () => Promise<string[]>
    readonly log: Log
    readonly metrics: Metrics
    readonly callers?: CallerSettings | undefined
    readonly tls?: ListenerTls | undefined
    readonly translations?: Translations
  }

/** Makes the HTTP server of the feeds, which does not listen yet. */
export const buildApp = async (deps: FeedsApp): Promise<Http> => {
  const app = await createHttp({
    service: 'feeds',
    callers: deps.callers,
    tls: deps.tls,
    ...(deps.translations && { translations: deps.translations }),
    log: deps.log,
    metrics: deps.metrics,
    ready: deps.ready,
    clock: deps.clock,
    api: {
      title: 'Switchboard feeds',
      version: '1',
      description: 'Hands notices to the agencies that may see them.',
      schemas: contractSchemas,
    },
  })
  app.addHook('preClose', async () => deps.openReaders.close())
  await addAccessTokens(app, deps.accessKey.publicPem)
  await addTokenRoute(app, {
    ...deps,
    now: deps.clock.now,
    signer: deps.accessKey.signer,
  })
  const routes = { ...deps, authenticate: await boundedAuthentication(app, deps) }
  addFeedRoute(app, routes)
  addNoticeRoutes(app, routes)
  addConsentRoutes(app, routes)
  addSubmissionRoutes(app, routes)
  return app
}

/** Authenticates the reader and counts the requests of its client, whatever addresses it uses. */
const boundedAuthentication = async (
  app: Http,
  { registry, clock, requestsPerMinute }: FeedsApp,
): Promise<(request: FastifyRequest) => Promise<Checked<FeedReader>>> => {
  const bound = await boundRequests(app, requestsPerMinute)
  return async (request) => {
    const reader = await authenticateReader(request, 'feeds:read', registry, clock.now)
    if (!reader.ok) return reader
    const allowed = await bound(request, reader.value.client)
    return allowed.ok ? reader : allowed
  }
}
