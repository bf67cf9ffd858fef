import { withBare } from './bare.ts'
import { benchNotice } from './bench-notices.ts'
import { withCpu } from './cpu.ts'
import type { BenchSystem } from './bench-system.ts'
import { round, type Figure, type Line } from './figure.ts'
import { load, type Load } from './load.ts'

/**
 * Single-notice POSTs per second, each with another id, beside an endpoint that only parses and
 * validates.
 */
export const gatewayPost = (connections: number): Figure => ({
  name: `gateway.post.c${connections}`,
  service: 'gateway-TH',
  measure: async (bench, { loadSeconds }) => [
    await measure(`gateway.post.c${connections}`, connections, loadSeconds, bench),
  ],
})

const measure = async (
  name: string,
  connections: number,
  seconds: number,
  { info, settled, supervisor }: BenchSystem,
): Promise<Line> => {
  const gateway = info.gateways['TH']!
  const post = (url: string, much: { seconds: number } | { amount: number }): Promise<Load> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.token}` }
    let i = 0
    return load({ url, connections, headers, ...much }, () => ({
      method: 'POST',
      path: '/v1/notices',
      body: JSON.stringify(benchNotice(i++)),
    }))
  }
  const limit = await withBare(async (url, pid) => {
    await post(url, warmUp)
    return withCpu(pid, () => post(url, { seconds: Math.ceil(seconds / 2) }))
  })
  await post(gateway.url, warmUp)
  await settled()
  const {
    result: { perSecond, p50, p99, max, answered },
    seconds: cpu,
  } = await withCpu(supervisor.pids()['gateway-TH']!, async () => {
    const done = await post(gateway.url, { seconds })
    await settled()
    return done
  })
  const bare = limit.result
  return {
    name,
    value: round(perSecond, 0),
    unit: 'posts/s',
    limit: round(bare.perSecond, 0),
    limitName: 'bare fastify + Ajv, 202, same load',
    ratio: round(perSecond / bare.perSecond),
    p50,
    p99,
    max,
    limitP50: bare.p50,
    limitP99: bare.p99,
    connections,
    cpuMicros: micros(cpu, answered),
    limitCpuMicros: micros(limit.seconds, bare.answered),
    cpuRatio: round(limit.seconds / bare.answered / (cpu / answered)),
  }
}

/** Processor time of one notice, its receipt included. */
const micros = (seconds: number, count: number): number => round((seconds * 1_000_000) / count, 0)

/** Until the code is compiled. */
const warmUp = { amount: 2000 }
