import fastifyJwt, { type FastifyJWTOptions } from '@fastify/jwt'
import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { FastifyRequest } from 'fastify'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { watchedFile } from '#runtime/files/watched-file.ts'
import type { Http } from '#runtime/http/http.ts'
import { tokenSecret } from '#runtime/keys/token-keys.ts'
import { tokenLife } from '#runtime/keys/token-life.ts'
import { createRemoteKeys, KeySetAway, type RemoteKeysOptions } from './remote-keys.ts'
import type { RegistryState } from '../exchange/registry-state.ts'

/** The caller: a national system, for one agency of this gateway's participant. */
export type Caller = {
  readonly subject: string
  readonly agency: string
  readonly scopes: readonly string[]
}

/** A caller needs one of the scopes. */
export type AuthenticateCaller = (
  request: FastifyRequest,
  scope: string | readonly string[],
) => Promise<Checked<Caller>>

export type TokenSettings = {
  readonly issuer: string
  /** A file, or a URL that is fetched as `remote` says. */
  readonly jwks: string
  readonly remote: RemoteKeysOptions
  /** The longest life of a token, in seconds. A token that lives longer is refused. */
  readonly maxLifeS: number
}

type Claims = {
  iss: string
  aud: string
  sub: string
  iat: number
  exp: number
  agency: unknown
  scope: unknown
}

const requiredClaims = ['iss', 'aud', 'exp', 'iat', 'sub', 'agency', 'scope']
/** RFC 9068: an ID token, or any other token of the same issuer, is no access token. */
const tokenTyp = 'at+jwt'

/**
 * Adds the check of the national issuer's tokens: asymmetric algorithms only, the issuer's key set,
 * `typ` of an access token, `aud` of this gateway, and every claim present. A verified token is
 * cached for 5 s, so a key that is withdrawn from the set counts for 5 s more at most.
 */
export const addNationalTokens = async (
  app: Http,
  { issuer, jwks, audience, remote }: TokenSettings & { readonly audience: string },
): Promise<void> => {
  const keys =
    jwks.startsWith('http:') || jwks.startsWith('https:')
      ? createRemoteKeys(jwks, remote)
      : fileKeySet(app, jwks)
  await app.register(fastifyJwt, {
    secret: tokenSecret(keys),
    decode: { complete: true },
    verify: {
      algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
      allowedIss: issuer,
      allowedAud: audience,
      checkTyp: tokenTyp,
      requiredClaims,
      clockTolerance: 0,
      cache: 2000,
      cacheTTL: 5000,
    },
  } as FastifyJWTOptions)
}

const fileLookMs = 1000

/**
 * A JWK set in a file. The file is followed. While it cannot be read, requests are answered 503.
 */
const fileKeySet = (app: Http, file: string): JWTVerifyGetKey => {
  const followed = watchedFile({
    files: [file],
    load: async () => createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet),
    lookMs: fileLookMs,
    onError: (error) => app.log.error({ err: error }, "the national issuer's keys were not read"),
  })
  app.addHook('onClose', () => followed.close())
  return async (header, token) => {
    await followed.loaded.catch(() => undefined)
    const fault = followed.fault()
    if (isKeySetAway(fault)) throw fault
    return followed.current()(header, token)
  }
}

/**
 * The caller of a request, with the scope that the request needs, or one of several. The registry
 * decides on every request.
 */
export const authenticateCaller = async (
  request: FastifyRequest,
  scope: string | readonly string[],
  registry: RegistryState,
  maxLifeS: number,
): Promise<Checked<Caller>> => {
  if (request.headers.authorization === undefined) return refuse('auth/no-token')
  const claims = await verified(request)
  if (claims === undefined || typeof claims.agency !== 'string' || typeof claims.scope !== 'string')
    return refuse('auth/bad-token')
  if (tokenLife(claims) > maxLifeS) return refuse('auth/token-too-long', undefined, `${maxLifeS} s`)
  const scopes = claims.scope.split(' ')
  const enough = [scope].flat()
  if (!enough.some((one) => scopes.includes(one)))
    return refuse('auth/missing-scope', undefined, enough.join(' or '))
  const standing = registry.standing(claims.agency)
  return standing.ok ? accept({ subject: claims.sub, agency: claims.agency, scopes }) : standing
}

/**
 * Every fault of a token gets the same answer. An error that is no fault of the token (the key set
 * cannot be fetched) is thrown.
 */
const verified = async (request: FastifyRequest): Promise<Claims | undefined> => {
  try {
    return await request.jwtVerify<Claims>()
  } catch (error) {
    if (isKeySetAway(error)) throw error
    return undefined
  }
}

const isKeySetAway = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | undefined)?.code
  return error instanceof KeySetAway || code === 'ENOENT' || code === 'EACCES'
}
