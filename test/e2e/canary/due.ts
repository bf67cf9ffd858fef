import { notices, shown, type Field, type Planted } from './world.ts'

/**
 * What a reader may hold of a notice: `most` is without case reference and contact, `clear` what
 * is not disclosed apart.
 */
const fieldsOf: Readonly<Record<'all' | 'most' | 'clear', readonly Field[]>> = {
  all: ['subject', 'narrative', 'holder', 'caseReference', 'contact', 'conditions'],
  most: ['subject', 'narrative', 'holder', 'conditions'],
  clear: ['subject', 'conditions'],
}

/** What is to be shown of all notices, by what each gives the reader. */
export const due = (readersOf: (p: Planted) => 'all' | 'most' | 'clear' | undefined): string[] =>
  shown(
    new Map(
      notices.flatMap((p) => {
        const share = readersOf(p)
        const fields =
          share === undefined ? [] : fieldsOf[share].filter((f) => p.tokens[f] !== undefined)
        return fields.length === 0 ? [] : [[p.title, new Set(fields)] as const]
      }),
    ),
  )
