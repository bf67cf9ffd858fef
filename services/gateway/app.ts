import type { Translations } from '#core/catalogue/translation.ts'
import { contractSchemas } from '#core/schema/documents.ts'
import { createHttp, type CallerSettings, type Http } from '#runtime/http/http.ts'
import type { ListenerTls } from '#runtime/http/listener-tls.ts'
import { boundRequests } from '#runtime/http/request-bound.ts'
import type { Clock } from '#runtime/process/clock.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import type { RegistryState } from './exchange/registry-state.ts'
import {
  addNationalTokens,
  authenticateCaller,
  type AuthenticateCaller,
  type TokenSettings,
} from './keys/auth.ts'
import { limitArrival } from './routes/arrival.ts'
import { addImportRoute } from './routes/import.ts'
import { addStateRoutes, type StateRouteDeps } from './routes/notice-states.ts'
import { addSubmitRoutes, type SubmitRouteDeps } from './routes/submissions.ts'
import { addRegistryRoute } from './routes/registry.ts'
import { addRehearseRoute } from './routes/rehearse.ts'
import { addSaidRoutes, type SaidRouteDeps } from './routes/said.ts'

export type GatewayApp = Omit<SubmitRouteDeps & StateRouteDeps & SaidRouteDeps, 'authenticate'> & {
  readonly participant: string
  readonly tokens: TokenSettings
  readonly requestsPerMinute: number
  readonly registry: RegistryState
  readonly clock: Clock
  readonly ready: () => Promise<string[]>
  readonly log: Log
  readonly metrics: Metrics
  readonly callers?: CallerSettings | undefined
  readonly tls?: ListenerTls | undefined
  readonly translations?: Translations
}

/** The time that a file may take to arrive. Idle connections end sooner. */
const importTimeoutMs = 6 * 3600 * 1000

/** The gateway's HTTP side. It never listens. */
export const buildApp = async (deps: GatewayApp): Promise<Http> => {
  const app = await createHttp({
    service: 'gateway',
    tls: deps.tls,
    ...(deps.translations && { translations: deps.translations }),
    log: deps.log,
    metrics: deps.metrics,
    ready: deps.ready,
    clock: deps.clock,
    requestTimeoutMs: importTimeoutMs,
    callers: deps.callers,
    api: {
      title: `Switchboard gateway ${deps.participant}`,
      version: '1',
      description:
        'Takes notices of national police systems, signs them and sees them through to the hub.',
      schemas: contractSchemas,
    },
  })
  await addNationalTokens(app, { ...deps.tokens, audience: `gateway-${deps.participant}` })
  limitArrival(app)
  const identify: AuthenticateCaller = (request, scope) =>
    authenticateCaller(request, scope, deps.registry, deps.tokens.maxLifeS)
  const authenticate = await boundedAuthentication(app, identify, deps)
  addSubmitRoutes(app, { ...deps, authenticate })
  addStateRoutes(app, { ...deps, authenticate })
  addSaidRoutes(app, { ...deps, authenticate })
  addRehearseRoute(app, { ...deps, ...deps.accept, authenticate })
  addRegistryRoute(app, { registry: deps.registry, authenticate })
  await addImportRoute(app, { accept: deps.accept, authenticate, identify, log: deps.log })
  return app
}

/**
 * Authenticates the caller and counts its requests: per national system, whatever addresses it
 * uses.
 */
const boundedAuthentication = async (
  app: Http,
  identify: AuthenticateCaller,
  { requestsPerMinute }: GatewayApp,
): Promise<AuthenticateCaller> => {
  const bound = await boundRequests(app, requestsPerMinute)
  return async (request, scope) => {
    const caller = await identify(request, scope)
    if (!caller.ok) return caller
    const allowed = await bound(request, caller.value.subject)
    return allowed.ok ? caller : allowed
  }
}
