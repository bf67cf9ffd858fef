import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from '../process/metrics.ts'
import { problem } from './problem.ts'

export type OperationalOptions = {
  readonly metrics: Metrics
  /**
   * Why the service cannot do its work now, as fixed phrases without data; empty when it can. Asked
   * by one caller at a time.
   */
  readonly ready: () => Promise<readonly string[]>
  /**
   * Why the process should be restarted (its work makes no progress); empty when it lives. Default:
   * it lives.
   */
  readonly alive?: () => readonly string[]
  /**
   * Who may read the metrics from elsewhere than loopback, such as an operator with a token.
   * Default: nobody.
   */
  readonly metricsGuard?: (request: FastifyRequest) => Promise<boolean>
}

const readyLimitMs = 3_000
const hidden = { schema: { hide: true } }

/** `/healthz` (restart me if not 200), `/readyz` (send me work if 200) and `/metrics`. */
export const addOperationalRoutes = (app: FastifyInstance, options: OperationalOptions): void => {
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
    if (!isLocal(request) && !(await options.metricsGuard?.(request)))
      return problem(reply, { code: 'auth/role', detail: 'operator' })
    return reply.type(options.metrics.contentType).send(await options.metrics.text())
  })
}

/**
 * A proxy on this machine connects from loopback as well, and gives itself away by a forwarding
 * header.
 */
const isLocal = ({ socket, headers }: FastifyRequest): boolean =>
  /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '') &&
  !('x-forwarded-for' in headers || 'forwarded' in headers)

/** Anybody may ask whether we are ready; the database is asked once at a time. */
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
