import { redactEnvelope, contentOf } from '#core/envelope/envelope.ts'
import { withheld, type Decision } from '#core/decide/decide.ts'
import { formatMicros } from '#core/time.ts'
import type { NoticeEvent } from '#core/decide/visible-event.ts'
import { openEntry, type FeedEntry } from './feed-entry.ts'

/** What one reader is shown of an entry. Two readers with the same view get the same bytes. */
export type View = {
  readonly event: NoticeEvent
  readonly decision: Decision
  /** Whether the content goes with the event. */
  readonly content: boolean
  /**
   * Whether the copy has index, salt and time, which prove that the entry is in the log. Corporate
   * partners do not get them.
   */
  readonly proof: boolean
}

/** The JSON of an entry after its cursor: `"event":…,"notice":…,"envelope":…,"proof":…}`. */
export const renderEntry = (entry: FeedEntry, view: View): string =>
  `"event":"${view.event}",${renderNotice(entry, view)}`

/** `"notice":…,"envelope":…,"proof":…}`. */
export const renderNotice = (entry: FeedEntry, view: View): string => {
  if (!view.content) return `"notice":${bare(entry, view)},"envelope":null,"proof":null}`
  const { notice, envelope } = withContent(entry, view)
  const proof = view.proof ? proofOf(entry) : 'null'
  return `"notice":${notice},"envelope":"${envelope}","proof":${proof}}`
}

/** The key of a view among the views of one entry. */
const viewKey = ({ event, decision, content, proof }: View): string =>
  [
    event,
    content ? decision.withhold.join() : `-${decision.conditions ?? ''}`,
    decision.copyTlp ?? '',
    decision.notToBePassedOn ?? '',
    decision.adviceOnly ?? '',
    proof,
  ].join(' ')

const withContent = (
  entry: FeedEntry,
  { decision }: View,
): { notice: string; envelope: string } => {
  const { payload, disclosures } = openEntry(entry)
  const hidden = new Set<string>(
    withheld(decision, disclosures.find((d) => d.name === 'advice')?.value),
  )
  // a revocation has `reason` in the place of `narrative`
  if (hidden.has('narrative')) hidden.add('reason')
  const content = contentOf(
    payload,
    disclosures.filter((d) => !hidden.has(d.name)),
  )
  const handling = {
    ...(content['handling'] as object),
    ...(decision.copyTlp !== undefined && { tlp: decision.copyTlp }),
    ...(decision.notToBePassedOn && { notToBePassedOn: true }),
  }
  const members = JSON.stringify({
    ...content,
    handling,
    issuer: entry.issuer,
    version: entry.version,
    status: entry.status,
  })
  return {
    notice: `${members.slice(0, -1)},"canonical":${entry.canonical},"warnings":${entry.warnings}}`,
    envelope: redactEnvelope(entry.statement, disclosures, hidden),
  }
}

/** A notice without content: its end, or the conditions to acknowledge first. */
const bare = (entry: FeedEntry, { event, decision }: View): string => {
  const { id, issuer, version, status } = entry
  if (event === 'notice.withdrawn')
    return JSON.stringify({ id, issuer, reason: 'This notice is no longer available to you.' })
  if (!decision.conditions) return JSON.stringify({ id, issuer, version, status })
  const { codes, conditions } = openEntry(entry).payload.handling as {
    codes?: unknown
    conditions?: unknown
  }
  return JSON.stringify({ id, issuer, version, status, handling: { codes, conditions } })
}

const proofOf = ({ index, salt, time }: FeedEntry): string =>
  JSON.stringify({ index, salt: salt.toString('base64url'), time: formatMicros(time) })

/** Rendered entries that readers share. The oldest go first, by the bytes of their text. */
export const createViews = (maxBytes: number): Views => {
  const held = new Map<string, string>()
  let bytes = 0
  const render = (entry: FeedEntry, view: View): string => {
    const key = `${entry.index} ${viewKey(view)}`
    const known = held.get(key)
    if (known !== undefined) return known
    const text = renderEntry(entry, view)
    held.set(key, text)
    bytes += text.length
    for (const [oldest, { length }] of held) {
      if (bytes <= maxBytes) break
      held.delete(oldest)
      bytes -= length
    }
    return text
  }
  return Object.assign(render, {
    clear: () => {
      held.clear()
      bytes = 0
    },
  })
}

export type Views = ((entry: FeedEntry, view: View) => string) & { readonly clear: () => void }
