import type { ToldStatement } from '../exchange/told-store.ts'

/** A question whether an own notice may be passed on (H2), with its answer. */
export type ShownConsent = {
  readonly id: unknown
  readonly askedBy: { readonly participant: string }
  readonly to: unknown
  readonly reason: unknown
  readonly version: unknown
  readonly status: unknown
  readonly at: string
  readonly answer: { readonly reason: unknown; readonly until: unknown; readonly at: string } | null
  /** It was said at feeds: no country signed it. */
  readonly signed: false
}

/** The questions among what was told of a notice, oldest first, each with its answer. */
export const consentsOf = (told: readonly ToldStatement[]): ShownConsent[] => {
  const answers = new Map(
    told.filter((one) => one['consent'] === 'answer').map((one) => [one['request'], one]),
  )
  return told
    .filter((one) => one['consent'] === 'question')
    .map((asked) => {
      const answer = answers.get(asked['request'])
      return {
        id: asked['request'],
        askedBy: { participant: asked.participant },
        to: asked['to'],
        reason: asked['reason'],
        version: asked['version'],
        status: answer?.['answer'] ?? 'waiting',
        at: asked.at,
        answer: answer
          ? { reason: answer['reason'], until: answer['until'] ?? null, at: answer.at }
          : null,
        signed: false,
      }
    })
}
