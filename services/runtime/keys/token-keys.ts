import type { FastifyJWTOptions } from '@fastify/jwt'
import type { JWTHeaderParameters, JWTVerifyGetKey } from 'jose'
import { KeyObject } from 'node:crypto'

/**
 * The `secret` of @fastify/jwt from a key set. The plugin asks for the key at every request, also
 * for a cached token, and takes it as PEM only. It calls this function with the request and the
 * whole token (`decode.complete`).
 */
export const tokenSecret = (keys: JWTVerifyGetKey): NonNullable<FastifyJWTOptions['secret']> => {
  const pems = new WeakMap<object, string | Buffer>()
  const pemOf = async (_request: unknown, token: { header: JWTHeaderParameters }) => {
    const key = (await keys(token.header, { payload: '', signature: '' })) as Parameters<
      typeof KeyObject.from
    >[0]
    const pem = pems.get(key) ?? KeyObject.from(key).export({ type: 'spki', format: 'pem' })
    pems.set(key, pem)
    return pem
  }
  // The type of the option knows only one of its two forms.
  return pemOf as unknown as NonNullable<FastifyJWTOptions['secret']>
}
