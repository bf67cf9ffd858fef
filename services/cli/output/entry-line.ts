import { printable } from './printable.ts'

/** A feed entry as it arrives. A reader ignores members that it does not know. */
export type FeedLine = {
  readonly cursor?: string
  readonly event?: string
  readonly notice?: Readonly<Record<string, unknown>>
  readonly envelope?: string | null
  readonly proof?: {
    readonly index?: number
    readonly salt?: string
    readonly time?: string
  } | null
}

/** An entry on one line: time, event, subject, issuer, handling. */
export const entryLine = ({ event, notice = {}, proof }: FeedLine): string => {
  const canonical = notice['canonical'] as { key?: unknown } | undefined
  const handling = notice['handling'] as { tlp?: unknown } | undefined
  const version = notice['version'] === undefined ? '' : `v${text(notice['version'])}`
  const offences = Array.isArray(notice['offences']) ? notice['offences'].map(text).join(',') : ''
  const parts = [
    proof?.time ?? '',
    event ?? '',
    notice['kind'],
    canonical?.key,
    `${text(notice['issuer'])} ${version}`,
    handling?.tlp,
    offences,
    notice['reason'],
    notice['id'],
  ]
  return printable(
    parts
      .map(text)
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .join('  '),
  )
}

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''
