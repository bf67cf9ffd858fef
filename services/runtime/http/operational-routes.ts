import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLoopback } from './loopback.ts'
import type { Metrics } from '../process/metrics.ts'
import { problem } from './problem.ts'

export type OperationalOptions = {
  readonly metrics: Metrics
  /**
   * Why the service cannot work now, as fixed phrases without data; empty if it can. It is called
   * for one caller at a time.
   */
  readonly ready: () => Promise<readonly string[]>
  /**
   * Why the process should be restarted, since its work makes no progress; empty if it makes
   * progress. Default: empty.
   */
  readonly alive?: () => readonly string[]
  /**
   * Who may read the metrics from other addresses than loopback, such as an operator with a token.
   * Default: nobody.
   */
  readonly metricsGuard?: (request: FastifyRequest) => Promise<boolean>
}

/** `localMetrics`: `/metrics` answers this machine without a token. */
export type LocalMetrics = { readonly localMetrics: boolean }

const readyLimitMs = 3_000
const hidden = { schema: { hide: true } }

/** `/healthz` (restart me if not 200), `/readyz` (send me work if 200) and `/metrics`. */
export const addOperationalRoutes = (
  app: FastifyInstance,
  options: OperationalOptions & LocalMetrics,
): void => {
  const notReady = shareRunning(() => within(options.ready(), readyLimitMs))
  app.get('/healthz', hidden, async (_request, reply) => {
    const reasons = options.alive?.() ?? []
    return reasons.length === 0
      ? { status: 'ok' }
      : problem(reply, { code: 'service/unavailable', detail: reasons.join('; ') })
  })
  app.get('/readyz', hidden, async (_request, reply) => {
    const reasons = await notReady()
    return reasons.length === 0
      ? { status: 'ready' }
      : problem(reply, { code: 'service/unavailable', detail: reasons.join('; ') })
  })
  app.get('/metrics', hidden, async (request, reply) => {
    const local = options.localMetrics && isLocal(request)
    if (!local && !(await options.metricsGuard?.(request)))
      return problem(reply, { code: 'auth/role', detail: 'operator' })
    return reply.type(options.metrics.contentType).send(await options.metrics.text())
  })
}

/**
 * Whether a request comes from this machine, and was sent to it by its loopback name. A proxy on
 * this machine connects from loopback too: it gives itself away by a header, by the name that its
 * client asked for, or by HTTP/1.0. A proxy that hides all of this needs `LOCAL_METRICS=false`.
 */
const isLocal = ({ socket, headers, raw }: FastifyRequest): boolean =>
  isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, '')) &&
  raw.httpVersion !== '1.0' &&
  isLoopback((headers.host ?? '').replace(/:\d+$/, '')) &&
  !Object.keys(headers).some((name) => proxyHeader.test(name))

const proxyHeader =
  /^(x-forwarded-.*|forwarded|via|x-real-ip|x-client-ip|x-original-.*|x-request-id|cf-.*)$/

/** Answers the readiness of the service to any number of callers with one check at a time. */
const shareRunning = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined
  return () =>
    (running ??= work().finally(() => {
      running = undefined
    }))
}

const within = async (
  reasons: Promise<readonly string[]>,
  limitMs: number,
): Promise<readonly string[]> => {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  const timer = setTimeout(resolve, limitMs, ['the check of readiness took too long'])
  try {
    return await Promise.race([reasons, promise])
  } catch {
    return ['the check of readiness failed']
  } finally {
    clearTimeout(timer)
  }
}
