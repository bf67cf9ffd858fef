import type { Http } from '#runtime/http/http.ts'
import { answerBrokenConnection } from '#runtime/http/errors.ts'
import { importPath } from './import-schema.ts'

/**
 * The body of a single notice is small. If it has not arrived by then, the request is answered 408.
 */
const arrivalLimitMs = 30_000

/**
 * Limits the arrival of every request but files, so that slow requests do not pile up. The server's
 * own limit is for files.
 */
export const limitArrival = (app: Http, limitMs = arrivalLimitMs): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url === importPath || request.raw.complete) return
    const timer = setTimeout(() => {
      if (!request.raw.complete)
        answerBrokenConnection(
          Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
          request.raw.socket,
        )
    }, limitMs).unref()
    reply.raw.once('close', () => clearTimeout(timer))
  })
}
