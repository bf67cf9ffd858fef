import { request, type IncomingMessage } from 'node:http'
import { until } from './until.ts'

type SseEvent = {
  readonly id?: string
  readonly event?: string
  readonly data?: string
  readonly comment?: string
}

/** An SSE stream read as fast or as slowly as a test wants. */
export type SseStream = {
  readonly status: number
  /** What has come so far; comments included. */
  readonly events: SseEvent[]
  /** The entries among them. */
  readonly entries: () => {
    cursor: string
    event: string
    notice: Record<string, unknown> & { id: string }
    envelope: string | null
  }[]
  readonly pause: () => void
  readonly resume: () => void
  readonly close: () => void
  readonly ended: Promise<void>
  /** Waits until so many entries have come. */
  readonly has: (count: number, limitMs?: number) => Promise<void>
}

export const openStream = (
  url: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<SseStream> =>
  new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers },
        agent: false,
      },
      (response) => resolve(streamOf(response)),
    )
    asked.once('error', reject)
    asked.end()
  })

const streamOf = (response: IncomingMessage): SseStream => {
  const events: SseEvent[] = []
  let rest = ''
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop()!
    for (const block of blocks) events.push(eventOf(block))
  })
  const ended = new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.once('error', () => resolve())
  })
  const entries: SseStream['entries'] = () =>
    events
      .filter((e) => e.event !== undefined && e.event !== 'error')
      .map((e) => JSON.parse(e.data!) as ReturnType<SseStream['entries']>[number])
  return {
    status: response.statusCode!,
    events,
    entries,
    ended,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close: () => void response.destroy(),
    has: async (count, limitMs) =>
      void (await until(`${count} entries`, () => entries().length >= count, limitMs)),
  }
}

const eventOf = (block: string): SseEvent =>
  Object.fromEntries(
    block
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const at = line.indexOf(':')
        return [at === 0 ? 'comment' : line.slice(0, at), line.slice(at + 1).replace(/^ /, '')]
      }),
  )
