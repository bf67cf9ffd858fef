import type { FastifyRequest } from 'fastify'
import type { Micros } from '#core/registry/registry.ts'
import type { Checked } from '#core/refusal.ts'
import type { Translations } from '#core/catalogue/translation.ts'
import { createHttp, type Http } from '#runtime/http/http.ts'
import type { ListenerTls } from '#runtime/http/listener-tls.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import { boundRequests } from '#runtime/http/request-bound.ts'
import { contractSchemas } from '#core/schema/documents.ts'
import type { AcceptDeps } from './accept.ts'
import { addTokens, authenticate, type Caller, type TokenSettings } from './keys/auth.ts'
import type { ConfirmDeps } from './confirming/confirm.ts'
import type { Confirmation } from './confirming/confirmation-store.ts'
import type { Delivered } from './exchange/delivery-store.ts'
import type { Listing, OutboxRow } from './outbox.ts'
import type { RegistryState } from './exchange/registry-state.ts'
import { limitArrival } from './routes/arrival.ts'
import { addImportRoute } from './routes/import.ts'
import { addNoticeRoutes } from './routes/notices.ts'
import { addRegistryRoute } from './routes/registry.ts'
import { addRehearseRoute } from './routes/rehearse.ts'

export type GatewayDeps = {
  readonly accept: AcceptDeps
  /** The same for rows of an import. */
  readonly acceptRow: AcceptDeps
  readonly confirm: ConfirmDeps
  /** How long beforehand a notice is due, in microseconds, and the clock. */
  readonly due: { readonly now: () => Micros; readonly ahead: Micros }
  readonly confirmation: (seq: number) => Promise<Confirmation | undefined>
  readonly list: (listing: Listing) => Promise<OutboxRow[]>
  readonly deliveries: (ids: readonly string[]) => Promise<Map<string, Delivered[]>>
  /** Where several scopes are named, one of them is enough. */
  readonly authenticate: (
    request: FastifyRequest,
    scope: string | readonly string[],
  ) => Promise<Checked<Caller>>
}

export type GatewayApp = Omit<GatewayDeps, 'authenticate'> & {
  readonly participant: string
  readonly tokens: TokenSettings
  readonly requestsPerMinute: number
  readonly registry: RegistryState
  readonly ready: () => Promise<string[]>
  readonly log: Log
  readonly metrics: Metrics
  readonly tls?: ListenerTls | undefined
  readonly translations?: Translations
}

/** A file may take this long to arrive; idle connections end sooner. */
const importTimeoutMs = 6 * 3600 * 1000

/** The gateway's HTTP side; never listens. */
export const buildApp = async (deps: GatewayApp): Promise<Http> => {
  const app = await createHttp({
    service: 'gateway',
    tls: deps.tls,
    ...(deps.translations && { translations: deps.translations }),
    log: deps.log,
    metrics: deps.metrics,
    ready: deps.ready,
    requestTimeoutMs: importTimeoutMs,
    api: {
      title: `Switchboard gateway ${deps.participant}`,
      version: '1',
      description:
        'Takes notices of national police systems, signs them and sees them through to the hub.',
      schemas: contractSchemas,
    },
  })
  await addTokens(app, { ...deps.tokens, audience: `gateway-${deps.participant}` })
  limitArrival(app)
  const bound = await boundRequests(app, deps.requestsPerMinute)
  const caller: GatewayDeps['authenticate'] = async (request, scope) => {
    const found = await authenticate(request, scope, deps.registry, deps.tokens.maxLifeS)
    if (!found.ok) return found
    const allowed = await bound(request, found.value.subject)
    return allowed.ok ? found : allowed
  }
  addNoticeRoutes(app, { ...deps, authenticate: caller })
  addRehearseRoute(app, { ...deps, ...deps.accept, authenticate: caller })
  addRegistryRoute(app, { registry: deps.registry, authenticate: caller })
  await addImportRoute(app, { accept: deps.acceptRow, authenticate: caller, log: deps.log })
  return app
}
