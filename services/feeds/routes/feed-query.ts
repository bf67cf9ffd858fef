import { kinds } from '#core/generated/kinds.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'

/** A topic that any reader has: everything, or one kind. */
export type Topic = { readonly name: string; readonly kind: string | null }

export const readTopic = (name: string): Topic | undefined => {
  if (name === 'all') return { name, kind: null }
  return (kinds as readonly string[]).includes(name) ? { name, kind: name } : undefined
}

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

export const formats = ['application/json', 'application/x-ndjson', 'text/event-stream'] as const
export type Format = (typeof formats)[number]

/**
 * The format that Accept (RFC 9110 §12.5.1) wants most; JSON where it wants none of them or says
 * nothing.
 */
export const readFormat = (accept: string | undefined): Format => {
  const ranges = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
      const q = parameters.find((p) => p.startsWith('q='))
      return { type, q: q === undefined ? 1 : Number(q.slice(2)) || 0 }
    })
  const wanted = ranges
    .filter((r) => r.q > 0 && (formats as readonly string[]).includes(r.type))
    .sort((a, b) => b.q - a.q)
  return (wanted[0]?.type as Format | undefined) ?? 'application/json'
}
