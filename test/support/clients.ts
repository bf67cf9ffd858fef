import { type SystemFile } from '#deploy/local/demo/system-file.ts'
import { until } from './until.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export const call = async (
  url: string,
  token: string | undefined,
  init: RequestInit = {},
): Promise<Answer> => {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(init.headers as Record<string, string> | undefined),
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(70_000), ...init, headers })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
  }
}

/** Posts a notice as a country's police system does. */
export const post = (
  info: SystemFile,
  participant: string,
  body: unknown,
  token = info.gateways[participant]!.token,
): Promise<Answer> =>
  call(`${info.gateways[participant]!.url}/v1/notices`, token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body:
      typeof body === 'string' || body instanceof Uint8Array
        ? (body as NonNullable<RequestInit['body']>)
        : JSON.stringify(body),
  })

/** The state of a notice at its gateway. */
export const statusOf = (info: SystemFile, participant: string, id: string): Promise<Answer> =>
  call(`${info.gateways[participant]!.url}/v1/notices/${id}`, info.gateways[participant]!.token)

/** Waits for the hub's terminal answer. */
export const answered = (
  info: SystemFile,
  participant: string,
  id: string,
  limitMs = 20_000,
): Promise<Answer> =>
  until(
    `a terminal receipt of ${id}`,
    async () => {
      const state = await statusOf(info, participant, id)
      return ['accepted', 'superseded', 'rejected'].includes(String(state.body['status']))
        ? state
        : undefined
    },
    limitMs,
  )

export type FeedEntry = {
  readonly cursor: string
  readonly event: string
  readonly notice: Record<string, unknown> & { readonly id: string }
  readonly envelope: string | null
  readonly proof?: { readonly index: number; readonly salt: string; readonly time: string } | null
}

/** Everything of a feed from a cursor on, page by page. */
export const readFeed = async (
  info: SystemFile,
  agency: string,
  topic = 'all',
  after = '',
): Promise<{ entries: FeedEntry[]; next: string }> => {
  const entries: FeedEntry[] = []
  for (let next = after; ;) {
    const query = new URLSearchParams({ limit: '500', ...(next && { after: next }) })
    const page = await call(
      `${info.feeds.url}/v1/feeds/${topic}?${query.toString()}`,
      info.feeds.agencies[agency]!.token,
    )
    if (page.status !== 200)
      throw new Error(`feed ${topic} of ${agency}: ${page.status} ${JSON.stringify(page.body)}`)
    entries.push(...(page.body['entries'] as FeedEntry[]))
    next = String(page.body['next'])
    if (page.body['end'] === true) return { entries, next }
  }
}

/** Waits until a notice is in an agency's feed. */
export const arrived = (
  info: SystemFile,
  agency: string,
  id: string,
  topic = 'all',
  limitMs = 20_000,
): Promise<FeedEntry> =>
  until(
    `${id} in the feed of ${agency}`,
    async () => (await readFeed(info, agency, topic)).entries.find((e) => e.notice.id === id),
    limitMs,
  )
