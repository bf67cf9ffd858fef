import type { SaidType } from './forms.ts'

/** What those whom a statement concerns are not given of it. */
type Telling = { readonly withhold: ReadonlySet<string> }

/** They are told which participant said it, and neither the agency nor the person. */
const byParticipant: Telling = { withhold: new Set(['by', 'agency']) }

/** Who is told of each type: the originator of the notice that it is about, or nobody. */
const toldTo: Readonly<Record<SaidType, Telling | 'nobody'>> = {
  confirmation: 'nobody',
  consent: byParticipant,
  reaction: byParticipant,
  'still-open': 'nobody',
}

/** The types of which somebody is told. */
export const toldTypes: readonly SaidType[] = (Object.keys(toldTo) as SaidType[]).filter(
  (type) => toldTo[type] !== 'nobody',
)

/** What is withheld of a type from those who are told. */
export const withheldOf = (type: SaidType): ReadonlySet<string> => {
  const telling = toldTo[type]
  if (telling === 'nobody') throw new TypeError(`nobody is told of ${type}`)
  return telling.withhold
}
