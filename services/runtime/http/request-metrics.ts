import type { FastifyInstance } from 'fastify'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'

/**
 * Counts and times every answer by route pattern, method and status. A long poll or a stream counts
 * with its whole life. The debug line names the route and never the URL, because queries and paths
 * hold what people look for.
 */
export const measureRequests = (app: FastifyInstance, log: Log, metrics: Metrics): void => {
  const total = metrics.counter('http_requests_total', 'Requests answered', [
    'route',
    'method',
    'status',
  ])
  const seconds = metrics.histogram(
    'http_request_duration_seconds',
    'Time from the request to the end of its answer',
    ['route', 'method'],
  )
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched')
    const { method } = request
    total.inc({ route, method, status: reply.statusCode })
    seconds.observe({ route, method }, reply.elapsedTime / 1000)
    log.debug(
      {
        reqId: request.id,
        method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    )
  })
}
