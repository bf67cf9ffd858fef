import type { Pool } from 'pg'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { contractSchemas } from '#core/schema/documents.ts'
import { createHttp, type CallerSettings, type Http } from '#runtime/http/http.ts'
import type { ListenerTls } from '#runtime/http/listener-tls.ts'
import type { Clock } from '#runtime/process/clock.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import { boundRequests } from '#runtime/http/request-bound.ts'
import { addOperatorTokens, createAuthenticate, hasRole } from './operators/auth.ts'
import type { SessionKeys } from './operators/session-keys.ts'
import type { Flow } from './flow.ts'
import { addChangeRoute } from './routes/changes.ts'
import { addOwnAgencyRoutes } from './routes/delegated-agencies.ts'
import { addOwnClientRoutes } from './routes/delegated-clients.ts'
import { addFlowRoute } from './routes/flow.ts'
import { guarded } from './routes/guarded.ts'
import { addKeyChangeRoutes } from './routes/key-changes.ts'
import { addKeyRoutes } from './routes/keys.ts'
import { addPageRoutes } from './routes/page.ts'
import { addParticipantChangeRoutes } from './routes/participant-changes.ts'
import { addParticipantRoutes } from './routes/participants.ts'
import { addProposalRoutes } from './routes/proposals.ts'
import { addQuarantineRoute } from './routes/quarantine.ts'
import { addTraceRoute } from './routes/trace.ts'
import { addWhyRoute } from './routes/why.ts'

export type ConsoleApp = {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly reach: (version: number) => Promise<void>
  readonly clock: Pick<Clock, 'problems'>
  readonly now: () => Micros
  readonly sessionKeys: () => SessionKeys
  /** The longest life of a token, in seconds. A token that lives longer is refused. */
  readonly operatorTokenMaxS: number
  readonly headStartMs: number
  readonly flow: Flow
  readonly flowMaxReaders: number
  readonly requestsPerMinute: number
  readonly ready: () => Promise<string[]>
  readonly log: Log
  readonly metrics: Metrics
  readonly callers?: CallerSettings | undefined
  readonly tls?: ListenerTls | undefined
}

/**
 * Makes the HTTP server of the console, which does not listen yet. Call `endStreams` before
 * `close`, because `close` waits for the requests under way.
 */
export const buildApp = async (
  deps: ConsoleApp,
): Promise<Http & { readonly endStreams: () => void }> => {
  const { sessionKeys, registry, now, operatorTokenMaxS } = deps
  const authenticate = createAuthenticate({
    keys: sessionKeys,
    registry,
    now,
    maxLifeS: operatorTokenMaxS,
  })
  const app = await createHttp({
    service: 'console',
    callers: deps.callers,
    tls: deps.tls,
    log: deps.log,
    metrics: deps.metrics,
    ready: deps.ready,
    clock: deps.clock,
    metricsGuard: async (request) => {
      const operator = await authenticate(request)
      return operator.ok && hasRole(operator.value, 'operator')
    },
    api: {
      title: 'Switchboard console',
      version: '1',
      description:
        'For operators: every step of every notice, what was refused, who takes part; and for ' +
        'their NCBs. What changes the registry is written down with who, when and why.',
      schemas: contractSchemas,
    },
  })
  await addOperatorTokens(app, sessionKeys)
  const guard = guarded(authenticate, await boundRequests(app, deps.requestsPerMinute))
  addTraceRoute(app, guard, deps)
  addWhyRoute(app, guard, deps)
  addQuarantineRoute(app, guard, deps.pool)
  addParticipantRoutes(app, guard, deps)
  addParticipantChangeRoutes(app, guard, deps)
  addOwnAgencyRoutes(app, guard, deps)
  addOwnClientRoutes(app, guard, deps)
  addKeyChangeRoutes(app, guard, deps)
  addKeyRoutes(app, guard, deps)
  addProposalRoutes(app, guard, deps)
  addChangeRoute(app, guard, deps)
  const endStreams = addFlowRoute(app, guard, deps.flow, deps.flowMaxReaders)
  await addPageRoutes(app)
  return Object.assign(app, { endStreams })
}
