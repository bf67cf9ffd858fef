import t from 'tap'
import {
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'
import { openStream, type SseStream } from '#test/support/sse-client.ts'

export const world = await createFeedsWorld(t)

export const feeds = await world.start({ STREAMS_PER_CLIENT: '300' })

export const kh = await token(feeds, 'kh-acd')

export const vn = await token(feeds, 'vn-c06')

export const { readAll } = feedReader(() => kh)

export const stream = (
  headers: Record<string, string> = {},
  of: FeedsProcess = feeds,
  topic = 'all',
): Promise<SseStream> => openStream(`${of.url}/v1/feeds/${topic}`, kh, headers)

export const log = async (
  count: number,
  more: Record<string, unknown> = {},
): Promise<Content[]> => {
  const made = Array.from({ length: count }, () => forKh(more))
  await world.append(made.map((content) => ({ content })))
  return made
}

export const idsOf = (of: SseStream): string[] => of.entries().map((e) => e.notice.id)
