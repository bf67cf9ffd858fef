import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type onRequestAsyncHookHandler,
} from 'fastify'
import { randomUUID } from 'node:crypto'
import type { Server as TlsServer } from 'node:tls'
import type { Checked } from '#core/refusal.ts'
import type { Translations } from '#core/catalogue/translation.ts'
import { trackMethods } from './allowed-methods.ts'
import { answerBrokenConnection, answerError } from './errors.ts'
import { boundCallers, type CallerBounds } from './callers.ts'
import { callerConfig } from './listener-config.ts'
import { measureRequests } from './request-metrics.ts'
import { keepCertificates, serverOptions, type ListenerTls } from './listener-tls.ts'
import type { Clock } from '../process/clock.ts'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'
import { addOpenapi, type ApiDescription } from './openapi.ts'
import {
  addOperationalRoutes,
  type LocalMetrics,
  type OperationalOptions,
} from './operational-routes.ts'
import { problem } from './problem.ts'
import { compileSerializer, createValidatorCompiler } from './route-schemas.ts'

export type Http = FastifyInstance

/** What `listener-config.ts` says of callers. */
export type CallerSettings = CallerBounds & LocalMetrics

export type HttpOptions = OperationalOptions & {
  readonly service: string
  readonly log: Log
  readonly metrics: Metrics
  readonly api: ApiDescription
  /**
   * A larger body is answered 413. A service with a streaming parser sets the `bodyLimit` of its
   * route.
   */
  readonly bodyLimitBytes?: number
  /**
   * The time in which a request must arrive, with its body. A service that takes long uploads
   * raises it.
   */
  readonly requestTimeoutMs?: number
  /** Further connections are closed at once. */
  readonly maxConnections?: number
  /** What callers who do not show who they are can take. Default: as `listener-config.ts`. */
  readonly callers?: CallerSettings | undefined
  /** The languages of problems beside English. Default: none. */
  readonly translations?: Translations
  /** While the clocks do not agree, the interface answers 503. Default: no time is needed. */
  readonly clock?: Pick<Clock, 'problems'>
  /** HTTPS, with a certificate that follows its files (`listener-tls.ts`). Default: plain HTTP. */
  readonly tls?: ListenerTls | undefined
}

const defaultBodyLimitBytes = 256 * 1024
/** Above the longest wait of a long poll (60 s) and the idle interval of SSE (15 s). */
const connectionTimeoutMs = 75_000
const headersTimeoutMs = 10_000
const keepAliveTimeoutMs = 72_000
/** How often Node looks for requests that take too long, in ms. */
const checkIntervalMs = 5_000
const defaultRequestTimeoutMs = 30_000
const defaultMaxConnections = 10_000

const defaultCallers: CallerSettings = {
  localMetrics: callerConfig.localMetrics.default,
  connectionsPerCaller: callerConfig.connectionsPerCaller.default,
  failedRequestsPerMinute: callerConfig.failedRequestsPerMinute.default,
  trustedProxies: callerConfig.trustedProxies.default,
}

const noTranslations: Translations = new Map()

/**
 * The HTTP server of a service, not listening: `/healthz`, `/readyz`, `/metrics`, `/openapi.json`,
 * `/docs`; a request id on every answer (`x-request-id`); every error a problem of the catalogue,
 * unknown ones 500 `service/internal`, a database or broker that is away 503 `service/unavailable`.
 *
 * A body of `application/json` reaches the handler as the raw bytes (`bodyBytes`): services read
 * strictly themselves. A schema for `body` and `response` is documentation only; params, query and
 * headers are checked and never changed, so numbers in them are strings with a pattern. Other media
 * types are 415 unless a service adds its parser.
 *
 * `close()` stops listening and resolves when the requests under way have been answered; a service
 * ends its streams first.
 */
export const createHttp = async (options: HttpOptions): Promise<Http> => {
  const { log, metrics, tls, requestTimeoutMs = defaultRequestTimeoutMs } = options
  const { callers = defaultCallers, maxConnections = defaultMaxConnections } = options
  const logger: FastifyBaseLogger = log
  const limits = {
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(checkIntervalMs, requestTimeoutMs),
  }
  const app: Http = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: callers.trustedProxies.length > 0 ? [...callers.trustedProxies] : false,
    bodyLimit: options.bodyLimitBytes ?? defaultBodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: connectionTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    ...(tls === undefined ? { http: limits } : { https: { ...serverOptions(tls), ...limits } }),
    forceCloseConnections: 'idle',
    // such a request is answered like any other; one that needs a closed pool gets a 503 problem
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => void answerError(log, error, request, reply),
    clientErrorHandler: answerBrokenConnection,
  })
  app.decorate('translations', options.translations ?? noTranslations)
  app.server.maxConnections = maxConnections
  app.setValidatorCompiler(createValidatorCompiler())
  app.setSerializerCompiler(compileSerializer)
  app.setErrorHandler((error, request, reply) => answerError(log, error, request, reply))
  readJsonAsBytes(app)
  setCommonHeaders(app)
  boundCallers(app, metrics, maxConnections, callers)
  refuseNul(app)
  if (options.clock !== undefined) refuseWhileOff(app, options.clock)
  if (tls !== undefined) followCertificates(app, tls, log)
  endConnectionsWhenClosing(app)
  measureRequests(app, log, metrics)
  const allowedMethods = trackMethods(app)
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request.url)
    if (allowed.length === 0) return problem(reply, { code: 'request/not-found' })
    return problem(reply.header('allow', allowed.join(', ')), {
      code: 'request/method-not-allowed',
    })
  })
  await addOpenapi(app, options.api)
  addOperationalRoutes(app, { ...options, localMetrics: callers.localMetrics })
  return app
}

const followCertificates = (app: Http, tls: ListenerTls, log: Log): void => {
  const following = keepCertificates(app.server as unknown as TlsServer, tls, log)
  app.addHook(
    'onRequest',
    async (_request, reply) => void reply.header('strict-transport-security', 'max-age=31536000'),
  )
  app.addHook('onClose', async () => following.close())
}

const readJsonAsBytes = (app: Http): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
}

const setCommonHeaders = (app: Http): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
    const isPlain = (request.headers['content-encoding'] ?? 'identity') === 'identity'
    return isPlain
      ? undefined
      : problem(reply, {
          code: 'body/media-type',
          detail: 'Send the body without Content-Encoding.',
        })
  })
}

/** Tokens are checked by the own clock, so this comes first. Health and documents are answered. */
const refuseWhileOff = (app: Http, clock: Pick<Clock, 'problems'>): void => {
  app.addHook('onRequest', async (request, reply) =>
    /^\/(v1|oauth)\//.test(request.url) && clock.problems().length > 0
      ? problem(reply, { code: 'service/clock-off' })
      : undefined,
  )
}

/**
 * PostgreSQL stores no NUL, and no parameter of ours means anything with one. Half a surrogate pair
 * has no UTF-8 form: the framework refuses it in a path, and here it is refused in a query.
 */
const refuseNul = (app: Http): void => {
  app.addHook('preValidation', async ({ params, query }, reply) => {
    const parameters = [params, query].flatMap((part) => Object.entries(part ?? {}))
    const bad = parameters.find((parameter) => parameter.flat().some(isNotStorable))
    return bad === undefined
      ? undefined
      : problem(reply, {
          code: 'request/bad-parameter',
          detail: isNotStorable(bad[0]) ? 'a name holds NUL' : `${bad[0]} holds NUL`,
        })
  })
}

const isNotStorable = (value: unknown): boolean =>
  typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())

/**
 * Closes each connection after its answer while the server drains. Closing the server ends only the
 * connections that are idle at that moment; a connection that becomes idle later would delay the
 * drain until its keep-alive ends.
 */
const endConnectionsWhenClosing = (app: Http): void => {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
  app.addHook('onResponse', async () => {
    if (closing) setImmediate(() => app.server.closeIdleConnections())
  })
}

/**
 * A hook that lets a request pass or answers its refusal:
 * `{ onRequest: guard(async (request) => …) }`, on a route or by `addHook` on a scope. As an
 * onRequest hook it runs before the body is read. A check keeps what it learns on the request
 * (`app.decorateRequest`). A check that throws is answered 500, or 503 as everywhere.
 */
export const guard =
  (check: (request: FastifyRequest) => Promise<Checked<unknown>>): onRequestAsyncHookHandler =>
  async (request, reply) => {
    const checked = await check(request)
    return checked.ok ? undefined : problem(reply, checked.refusal)
  }
