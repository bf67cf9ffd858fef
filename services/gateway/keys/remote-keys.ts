import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { isLoopback } from '#runtime/http/loopback.ts'

/**
 * The issuer's key set cannot be fetched, and the cached one is too old. That is no fault of the
 * token.
 */
export class KeySetAway extends Error {
  override name = 'KeySetAway'
  readonly statusCode = 503
}

export type RemoteKeysOptions = {
  /**
   * The age at which the set is fetched before one of its keys counts, in ms. A withdrawn key is
   * refused from then on.
   */
  readonly maxAgeMs: number
  /** How long the last set counts while it cannot be fetched, in ms. */
  readonly outageMs: number
  /**
   * The least time between two fetches, in ms, so that unknown kids and a server that is down cause
   * no storm of requests.
   */
  readonly restMs?: number
  readonly timeoutMs?: number
  readonly now?: () => number
  readonly onError: (error: unknown) => void
}

const maxBytes = 1024 * 1024

/**
 * The keys of a JWK set at a URL (RFC 7517 §5), for jose. A kid that is not in the set causes a
 * fetch.
 */
export const createRemoteKeys = (url: string, options: RemoteKeysOptions): JWTVerifyGetKey => {
  requireSafe(url)
  const {
    maxAgeMs,
    outageMs,
    restMs = 5000,
    timeoutMs = 5000,
    now = () => performance.now(),
    onError,
  } = options
  let held: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined
  let triedAt = -Infinity
  let underWay: Promise<void> | undefined
  const read = async (): Promise<void> => {
    const started = now()
    try {
      held = { keys: createLocalJWKSet(await fetchSet(url, timeoutMs)), at: started }
    } catch (error) {
      onError(error)
    }
  }
  /** Fetches once for all callers that wait, and not again before the least time has passed. */
  const refresh = async (): Promise<void> => {
    if (underWay === undefined && now() - triedAt < restMs) return
    triedAt = underWay === undefined ? now() : triedAt
    await (underWay ??= read().finally(() => (underWay = undefined)))
  }
  const current = async (): Promise<JWTVerifyGetKey> => {
    if (held === undefined || now() - held.at > maxAgeMs) await refresh()
    if (held === undefined || now() - held.at > maxAgeMs + outageMs)
      throw new KeySetAway(`the key set at ${new URL(url).origin} cannot be fetched`)
    return held.keys
  }
  return async (header, token) => {
    const keys = await current()
    try {
      return await keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await refresh()
      return (await current())(header, token)
    }
  }
}

/** Plain HTTP is refused: anybody on the way could replace the keys. */
const requireSafe = (url: string): void => {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' && !isLoopback(hostname))
    throw new Error(`NATIONAL_JWKS is read by plain HTTP from ${hostname}: use https`)
}

const fetchSet = async (url: string, timeoutMs: number): Promise<JSONWebKeySet> => {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
  })
  if (!response.ok) throw new Error(`the key set is answered ${response.status}`)
  const text = await response.text()
  if (text.length > maxBytes) throw new Error('the key set is too large')
  return JSON.parse(text) as JSONWebKeySet
}
