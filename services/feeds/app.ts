import { contractSchemas } from '#core/schema-documents.ts'
import type { Registry } from '#core/registry.ts'
import { createHttp, type Http } from '#runtime/http.ts'
import type { Log } from '#runtime/log.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { AccessKey } from './access-key.ts'
import { addTokens, authenticate } from './auth.ts'
import { addFeedRoute, type FeedRouteDeps } from './routes/feed.ts'
import { addTokenRoute, type TokenDeps } from './routes/token.ts'

export type FeedsApp = Omit<FeedRouteDeps, 'authenticate'> & Omit<TokenDeps, 'signer'> & {
  readonly accessKey: AccessKey
  readonly registry: () => Registry
  readonly ready: () => Promise<string[]>
  readonly log: Log
  readonly metrics: Metrics
}

/** The HTTP side of the feeds; never listens. */
export const buildApp = async (deps: FeedsApp): Promise<Http> => {
  const app = await createHttp({
    service: 'feeds', log: deps.log, metrics: deps.metrics, ready: deps.ready,
    api: {
      title: 'Switchboard feeds', version: '1', description: 'Hands notices to the agencies that may see them.', schemas: contractSchemas,
    },
  })
  app.addHook('preClose', async () => deps.openReaders.close())
  await addTokens(app, deps.accessKey.publicPem)
  await addTokenRoute(app, { ...deps, signer: deps.accessKey.signer })
  addFeedRoute(app, { ...deps, authenticate: (request) => authenticate(request, 'feeds:read', deps.registry) })
  return app
}
