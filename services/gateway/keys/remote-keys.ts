import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { isLoopback } from '#runtime/http/loopback.ts'

/** The issuer's key set cannot be had, and what was had is too old: no fault of the token. */
export class KeySetAway extends Error {
  override name = 'KeySetAway'
  readonly statusCode = 503
}

export type RemoteKeysOptions = {
  /**
   * Older than this, the set is fetched before a key of it counts: a withdrawn key is refused from
   * then on.
   */
  readonly maxAgeMs: number
  /** So long the last set counts while it cannot be fetched. */
  readonly outageMs: number
  /**
   * Fetched at most once in this time, whatever comes: unknown kids and a server that is down make
   * no storm.
   */
  readonly restMs?: number
  readonly timeoutMs?: number
  readonly now?: () => number
  readonly onError: (error: unknown) => void
}

const maxBytes = 1024 * 1024

/**
 * Keys of a JWK set at a URL (RFC 7517 §5), for jose. A kid that is not in the set makes it look
 * again.
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
  /** Once at a time for all who wait, and not again before it has rested. */
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

/** Keys that come by plain HTTP are whoever's is on the way. */
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
