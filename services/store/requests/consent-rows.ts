import { v7 as uuidv7 } from 'uuid'
import type { Micros } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import type { NoticeVersion } from '../handing-over/acknowledgements.ts'
import type { InboxRow } from './inbox.ts'

/** A reader's question whether it may pass a notice version on. */
export type ConsentRequest = {
  readonly id: string
  readonly notice: NoticeVersion
  /**
   * The agency that submitted the notice; null if the notice names none, and then the NCB answers.
   */
  readonly submitter: string | null
  readonly participant: string
  readonly agency: string
  readonly client: string
  readonly to: readonly string[]
  readonly reason: string
  readonly at: Micros
}

export type ConsentAnswer = {
  readonly answer: 'granted' | 'refused'
  readonly reason: string
  readonly until: Micros | null
  readonly agency: string
  readonly client: string
  readonly at: Micros
}

/** The question as the log gets it: it is told to the originator. */
export const questionOf = ({ notice, ...asked }: ConsentRequest): InboxRow => ({
  ...asked,
  type: 'consent',
  about: { issuer: notice.issuer, id: notice.id },
  concerns: notice.issuer,
  said: {
    clear: { consent: 'question', request: asked.id },
    disclosed: { version: notice.version, to: [...asked.to], reason: asked.reason },
  },
})

/** The answer as the log gets it: it concerns the asker. */
export const answerOf = (
  { id, notice, participant }: ConsentRequest,
  { answer, reason, until, ...by }: ConsentAnswer,
): InboxRow => ({
  ...by,
  id: uuidv7(),
  type: 'consent',
  participant: notice.issuer,
  about: { issuer: notice.issuer, id: notice.id },
  concerns: participant,
  said: {
    clear: { consent: 'answer', request: id },
    disclosed: { answer, reason, ...(until !== null && { until: formatMicros(until) }) },
  },
})
