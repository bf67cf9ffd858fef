import { followFeed } from '#deploy/local/demo/feed-reader.ts'
import { readFeed } from '#test/support/clients.ts'
import { withBare } from './bare.ts'
import { publishSigned, signNotices } from './bench-notices.ts'
import { cpuSeconds, withCpu } from './cpu.ts'
import type { BenchSystem } from './bench-system.ts'
import { round, type Figure } from './figure.ts'
import { openReaders } from './readers.ts'

/**
 * Events times readers per second over open streams, while the hub logs what is fanned out; beside
 * writing the same bytes.
 */
export const feedsFanout: Figure = {
  name: 'feeds.fanout',
  service: 'feeds',
  measure: async (bench, { fanoutReaders, fanoutEvents }) => {
    const { info } = bench
    const { token } = info.feeds.agencies['KH-ACD']!
    const url = `${info.feeds.url}/v1/feeds/all`
    // one topic of one partition: the last one published is the last one logged
    const signed = await signNotices(bench, fanoutEvents, ['TH'])
    const marker = `"id":"${signed.at(-1)!.id}"`
    const { next } = await readFeed(info, 'KH-ACD')
    const readers = await openReaders(url, token, next, fanoutReaders, marker)
    const feeds = bench.supervisor.pids()['feeds']!
    const { result: got, seconds: cpu } = await withCpu(feeds, async () => {
      await publishSigned(bench, signed)
      return readers.done()
    })
    await readers.stop()
    const bare = await fanOutBare(
      await framesAfter(bench, next, fanoutEvents),
      fanoutReaders,
      marker,
    )
    const [value, limit] = [got, bare].map(
      ({ firstAt, lastAt }) => (fanoutEvents * fanoutReaders) / ((lastAt - firstAt) / 1000),
    ) as [number, number]
    return [
      {
        name: 'feeds.fanout',
        value: round(value, 0),
        unit: 'events × readers/s',
        limit: round(limit, 0),
        limitName: 'bare fastify streams, the same bytes in 64 KiB writes',
        ratio: round(value / limit),
        cpuRatio: round(bare.cpu / cpu),
        readers: fanoutReaders,
        events: fanoutEvents,
        seconds: round((got.lastAt - got.firstAt) / 1000),
        mebibytesPerSecond: round(got.bytes / 1048.576 / (got.lastAt - got.firstAt), 0),
      },
    ]
  },
}

const framesAfter = async (
  { info }: BenchSystem,
  after: string,
  count: number,
): Promise<Buffer> => {
  const frames: string[] = []
  const stop = new AbortController()
  for await (const { id, event, data } of followFeed(
    `${info.feeds.url}/v1/feeds/all`,
    info.feeds.agencies['KH-ACD']!.token,
    { signal: stop.signal, after },
  )) {
    frames.push(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`)
    if (frames.length === count) break
  }
  stop.abort()
  return Buffer.from(frames.join(''))
}

const fanOutBare = (
  frames: Buffer,
  count: number,
  marker: string,
): Promise<{ firstAt: number; lastAt: number; cpu: number }> =>
  withBare(async (url, pid) => {
    const readers = await openReaders(`${url}/stream`, '', '', count, marker)
    const before = await cpuSeconds(pid)
    await fetch(`${url}/frames`, {
      method: 'POST',
      headers: { 'content-type': 'text/event-stream' },
      body: new Uint8Array(frames),
    })
    const got = await readers.done()
    const cpu = (await cpuSeconds(pid)) - before
    await readers.stop()
    return { ...got, cpu }
  })
