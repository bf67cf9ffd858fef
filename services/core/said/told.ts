import type { SaidType } from './forms.ts'

/** What those whom a statement concerns are not given of it. */
type Telling = { readonly withhold: ReadonlySet<string> }

/** They are told which participant said it, and neither the agency nor the person. */
const byParticipant: Telling = { withhold: new Set(['by', 'agency']) }

export const toldTo: Readonly<Record<SaidType, Telling>> = {
  reaction: byParticipant,
  'still-open': byParticipant,
}
