import { accept, refuse, type Checked } from '#core/refusal.ts'

export type FeedQuery = {
  readonly after: string | undefined
  readonly limit: number
  readonly waitMs: number
}

/** `limit` 1 to 500, default 100; `wait` 0 to 60 s, default 0. */
export const readQuery = ({
  after,
  limit = '100',
  wait = '0',
}: Readonly<Record<string, string | undefined>>): Checked<FeedQuery> => {
  const count = integer(limit)
  if (count === undefined || count < 1 || count > 500)
    return refuse('request/bad-parameter', undefined, 'limit is 1 to 500')
  const seconds = integer(wait)
  if (seconds === undefined || seconds > 60)
    return refuse('request/bad-parameter', undefined, 'wait is 0 to 60 seconds')
  return accept({ after, limit: count, waitMs: seconds * 1000 })
}

const integer = (text: string): number | undefined =>
  /^\d{1,3}$/.test(text) ? Number(text) : undefined

const feedFormats = ['application/json', 'application/x-ndjson', 'text/event-stream'] as const
export type FeedFormat = (typeof feedFormats)[number]

/**
 * The format that Accept (RFC 9110 §12.5.1) prefers. JSON if it names none of them, or is absent.
 */
export const readFormat = (accept: string | undefined): FeedFormat => {
  const ranges = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
      const q = parameters.find((p) => p.startsWith('q='))
      return { type, q: q === undefined ? 1 : Number(q.slice(2)) || 0 }
    })
  const wanted = ranges
    .filter((r) => r.q > 0 && (feedFormats as readonly string[]).includes(r.type))
    .sort((a, b) => b.q - a.q)
  return (wanted[0]?.type as FeedFormat | undefined) ?? 'application/json'
}
