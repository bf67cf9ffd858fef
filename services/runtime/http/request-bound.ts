import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { accept, type Checked } from '#core/refusal.ts'
import type { Http } from './http.ts'

/** Whether a client may send one more request now. */
export type Bound = (request: FastifyRequest, client: string) => Promise<Checked<true>>

/**
 * Counts the requests of each client per minute, whatever addresses it uses. Beyond `perMinute` the
 * answer is 429, with the seconds until the minute ends. Each process counts alone.
 */
export const boundRequests = async (app: Http, perMinute: number): Promise<Bound> => {
  const clients = new WeakMap<FastifyRequest, string>()
  await app.register(rateLimit, { global: false })
  const count = app.createRateLimit({
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => clients.get(request) ?? '',
  })
  return async (request, client) => {
    app.callerKnown(request, client)
    clients.set(request, client)
    const counted = await count(request)
    if (!('isExceeded' in counted) || !counted.isExceeded) return accept(true)
    return {
      ok: false,
      refusal: { code: 'service/too-many-requests', retryAfterSeconds: counted.ttlInSeconds },
    }
  }
}
