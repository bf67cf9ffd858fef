import type { Http } from '#runtime/http/http.ts'
import { answerBrokenConnection } from '#runtime/http/errors.ts'
import { importPath } from './import-schema.ts'

/** Bodies of single notices are small: one that is not there by then is answered 408. */
const arrivalLimitMs = 30_000

/**
 * The server's own limit is for files; this one is for every other request, so that slow ones
 * cannot pile up.
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
