declare module 'autocannon' {
  type Request = { method?: string; path?: string; body?: string; headers?: Record<string, string> }
  type Options = {
    url: string
    connections: number
    duration?: number
    amount?: number
    method?: string
    headers?: Record<string, string>
    requests?: readonly (Request & { setupRequest?: (request: Request) => Request })[]
  }
  type Result = {
    latency: { p50: number; p99: number; max: number }
    requests: { average: number; total: number }
    duration: number
    errors: number
    timeouts: number
    '2xx': number
    non2xx: number
  }
  const autocannon: (options: Options) => Promise<Result>
  // oxlint-disable-next-line import/no-default-export
  export default autocannon
}
