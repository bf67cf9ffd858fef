import { failureOf, unreachable } from './request.ts'

export type ClientCredentials = {
  readonly url: string
  readonly id: string
  readonly secret: string
  readonly signal: AbortSignal
}

const earlySeconds = 60

/**
 * The tokens of a feeds client (RFC 6749 §4.4, HTTP Basic). A token is kept until shortly before it
 * expires, and asked for anew on request. A refusal is a Failure.
 */
export const clientToken = ({
  url,
  id,
  secret,
  signal,
}: ClientCredentials): ((renew: boolean) => Promise<string>) => {
  let held: { token: string; until: number } | undefined
  return async (renew) => {
    if (!renew && held !== undefined && performance.now() < held.until) return held.token
    const answer = await fetchToken(
      url,
      `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`,
      signal,
    )
    held = {
      token: answer.access_token,
      until: performance.now() + (answer.expires_in - earlySeconds) * 1000,
    }
    return held.token
  }
}

const fetchToken = async (
  url: string,
  credentials: string,
  signal: AbortSignal,
): Promise<{ access_token: string; expires_in: number }> => {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    body: 'grant_type=client_credentials',
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
  }).catch((error: unknown) => {
    throw signal.aborted ? error : unreachable(url, error)
  })
  if (!response.ok) throw await failureOf(response)
  return (await response.json()) as { access_token: string; expires_in: number }
}
