import autocannon from 'autocannon'

export type Load = {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly answered: number
}

type Asked = {
  readonly url: string
  readonly connections: number
  readonly headers?: Record<string, string>
} & ({ readonly seconds: number } | { readonly amount: number })

/**
 * Sends requests as fast as they are answered. Each is made when its turn comes. Any answer but 2xx
 * is an error of the bench.
 */
export const load = async (
  asked: Asked,
  next: () => { method: string; path: string; body?: string },
): Promise<Load> => {
  const { url, connections, headers = {} } = asked
  const result = await autocannon({
    url,
    connections,
    headers,
    ...('seconds' in asked ? { duration: asked.seconds } : { amount: asked.amount }),
    requests: [{ setupRequest: (request) => ({ ...request, ...next(), headers }) }],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(
      `${result.non2xx} answers other than 2xx and ${result.errors} errors from ${url}`,
    )
  return {
    perSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    max: result.latency.max,
    answered: result['2xx'],
  }
}
