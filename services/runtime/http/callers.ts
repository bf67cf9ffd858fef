import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BlockList, isIPv6 } from 'node:net'
import type { Metrics } from '../process/metrics.ts'
import { pause } from '../process/pause.ts'
import { addressGroup } from './address-group.ts'
import { boundConnections } from './connections.ts'
import { createMinuteCounts } from './minute-counts.ts'
import { problem } from './problem.ts'

export type CallerBounds = {
  /** Connections of one address without a token, and idle ones of one caller. */
  readonly connectionsPerCaller: number
  /** Requests of one address that are answered 401, in a minute. */
  readonly failedRequestsPerMinute: number
  /** Addresses and networks of proxies, whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[]
}

declare module 'fastify' {
  interface FastifyInstance {
    /** A request has shown who calls: its connection and its token are known from now on. */
    readonly callerKnown: (request: FastifyRequest, caller: string) => void
  }
}

/** How long an address with too many failures waits for its refusal. It slows a flood down. */
const refusedAfterMs = 1000
const maxKnownTokens = 10_000

/**
 * Bounds what callers who do not show who they are can take from others, by address. Only failures
 * count, and a token that was good passes: honest callers behind the same address go on.
 */
export const boundCallers = (
  app: FastifyInstance,
  metrics: Metrics,
  maxConnections: number,
  { connectionsPerCaller, failedRequestsPerMinute, trustedProxies }: CallerBounds,
): void => {
  const closed = metrics.counter(
    'switchboard_connections_closed_total',
    'Connections that were closed because their caller had too many',
  )
  const refused = metrics.counter(
    'switchboard_addresses_refused_total',
    'Requests refused because their address had too many with a bad token or none',
  )
  const connections = boundConnections(app.server, {
    perCaller: connectionsPerCaller,
    max: maxConnections,
    isProxy: proxies(trustedProxies),
    onClosed: () => closed.inc(),
  })
  const failures = createMinuteCounts()
  const known = new Set<string>()

  app.decorate('callerKnown', (request: FastifyRequest, caller: string) => {
    connections.knownAs(request.socket, caller)
    const { authorization } = request.headers
    if (authorization === undefined || known.has(authorization)) return
    known.add(authorization)
    if (known.size > maxKnownTokens) known.delete(known.values().next().value!)
  })
  app.addHook('onRequest', async (request, reply) => {
    connections.isBusy(request.socket, true)
    reply.raw.once('close', () => connections.isBusy(request.socket, false))
    if (!asksForToken(request) || known.has(request.headers.authorization ?? '')) return undefined
    if (failures.of(addressGroup(request.ip)) < failedRequestsPerMinute) return undefined
    refused.inc()
    await pause(refusedAfterMs)
    return problem(
      reply,
      { code: 'service/too-many-failures' },
      { retryAfterSeconds: failures.secondsLeft() },
    )
  })
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 401 && asksForToken(request)) failures.add(addressGroup(request.ip))
  })
}

const asksForToken = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.schema?.security !== undefined

const proxies = (names: readonly string[]): ((address: string | undefined) => boolean) => {
  const list = new BlockList()
  for (const name of names) {
    const [address = '', bits] = name.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address = '') => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
