import { redactEnvelope, contentOf } from '#core/envelope/envelope.ts'
import { withheld, type Decision } from '#core/decide/decide.ts'
import { isBare } from '#core/schema/check.ts'
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
  const { notice, envelope } = view.content ? withContent(entry, view) : withoutContent(entry, view)
  if (envelope === null) return `"notice":${notice},"envelope":null,"proof":null}`
  const proof = view.proof ? proofOf(entry) : 'null'
  return `"notice":${notice},"envelope":"${envelope}","proof":${proof}}`
}

/** The key of a view among the views of one entry. */
const viewKey = ({ event, decision, content, proof }: View): string =>
  [
    event,
    content ? '' : `-${decision.rule}${decision.conditions ?? ''}`,
    decision.withhold.join(),
    decision.copyTlp ?? '',
    decision.notToBePassedOn ?? '',
    decision.adviceOnly ?? '',
    proof,
  ].join(' ')

/** `notice` is JSON. Without an envelope there is no proof. */
type Rendered = { readonly notice: string; readonly envelope: string | null }

const withContent = (entry: FeedEntry, { decision }: View): Rendered => {
  const { payload, disclosures } = openEntry(entry)
  const hidden = new Set<string>(
    withheld(decision, disclosures.find((d) => d.name === 'advice')?.value),
  )
  const content = contentOf(
    payload,
    disclosures.filter((d) => !hidden.has(d.name)),
  )
  const members = JSON.stringify({
    ...content,
    ...(!isBare(payload) && { handling: handlingOf(content, decision) }),
    issuer: entry.issuer,
    version: entry.version,
    status: entry.status,
  })
  return {
    notice: `${members.slice(0, -1)},"canonical":${entry.canonical},"warnings":${entry.warnings}}`,
    envelope: redactEnvelope(entry.statement, disclosures, hidden),
  }
}

const handlingOf = (content: Readonly<Record<string, unknown>>, decision: Decision): object => ({
  ...(content['handling'] as object),
  ...(decision.copyTlp !== undefined && { tlp: decision.copyTlp }),
  ...(decision.notToBePassedOn && { notToBePassedOn: true }),
})

const withoutContent = (entry: FeedEntry, view: View): Rendered =>
  view.event === 'notice.revoked'
    ? revocation(entry, view)
    : { notice: bare(entry, view), envelope: null }

/**
 * A revocation for those who held the notice. The envelope goes with it where it holds no content,
 * so not in version 1 of the contract.
 */
const revocation = (entry: FeedEntry, { decision }: View): Rendered => {
  const { id, issuer, version, kind, status } = entry
  const { payload, disclosures } = openEntry(entry)
  const shown = disclosures.filter(
    ({ name }) => name === 'reason' && !decision.withhold.includes(name),
  )
  return {
    notice: JSON.stringify({ id, issuer, version, kind, status, reason: shown[0]?.value }),
    envelope: isBare(payload) ? redactEnvelope(entry.statement, shown, none) : null,
  }
}

const none: ReadonlySet<string> = new Set()

/** A notice without content: its end, or the conditions to acknowledge first. */
const bare = (entry: FeedEntry, { event, decision }: View): string => {
  const { id, issuer, version, status } = entry
  if (event === 'notice.withdrawn')
    return JSON.stringify({ id, issuer, reason: 'This notice is no longer available to you.' })
  if (!decision.conditions) return JSON.stringify({ id, issuer, version, status })
  const { payload } = openEntry(entry)
  const { codes, conditions } = isBare(payload) ? {} : payload.handling
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
