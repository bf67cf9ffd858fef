import type { Pool } from 'pg'
import type { Micros, Registry } from '#core/registry.ts'
import { contractSchemas } from '#core/schema-documents.ts'
import { createHttp, type Http } from '#runtime/http.ts'
import type { ListenerTls } from '#runtime/listener-tls.ts'
import type { Log } from '#runtime/log.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { hasRole, type Authenticate } from './auth.ts'
import type { Flow } from './flow.ts'
import { addFlowRoute } from './routes/flow.ts'
import { guarded } from './routes/guarded.ts'
import { addPageRoutes } from './routes/page.ts'
import { addParticipantRoutes } from './routes/participants.ts'
import { addQuarantineRoute } from './routes/quarantine.ts'
import { addTraceRoute } from './routes/trace.ts'
import { addWhyRoute } from './routes/why.ts'

export type ConsoleApp = {
  readonly pool: Pool
  readonly registry: () => Registry
  readonly now: () => Micros
  readonly authenticate: Authenticate
  readonly flow: Flow
  readonly flowMaxReaders: number
  readonly ready: () => Promise<string[]>
  readonly log: Log
  readonly metrics: Metrics
  readonly tls?: ListenerTls | undefined
}

/** The console's HTTP side; never listens. `endStreams` comes before `close`, which waits for what is under way. */
export const buildApp = async (deps: ConsoleApp): Promise<Http & { readonly endStreams: () => void }> => {
  const { authenticate } = deps
  const app = await createHttp({
    service: 'console', tls: deps.tls, log: deps.log, metrics: deps.metrics, ready: deps.ready,
    metricsGuard: async (request) => {
      const operator = await authenticate(request)
      return operator.ok && hasRole(operator.value, 'operator')
    },
    api: { title: 'Switchboard console', version: '1', description: 'For operators: every step of every notice, what was refused, who takes part.', schemas: contractSchemas },
  })
  const guard = guarded(authenticate)
  addTraceRoute(app, guard, deps)
  addWhyRoute(app, guard, deps)
  addQuarantineRoute(app, guard, deps.pool)
  addParticipantRoutes(app, guard, deps.registry)
  const endStreams = addFlowRoute(app, guard, deps.flow, deps.flowMaxReaders)
  await addPageRoutes(app)
  return Object.assign(app, { endStreams })
}
