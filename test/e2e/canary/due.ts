import { notices, type Field, type Planted, type Share } from './planted.ts'
import { shown } from './world.ts'

const most: readonly Field[] = [
  'subject',
  'narrative',
  'holder',
  'conditions',
  'campaign',
  'loss',
  'modus',
]

const all: readonly Field[] = [...most, 'caseReference', 'contact']

/**
 * What a reader may hold of a notice: `most` is without case reference and contact, `clear` what
 * is not disclosed apart. Its links, and who said it, are the originator's.
 */
const fieldsOf: Readonly<Record<Share, readonly Field[]>> = {
  originator: [...all, 'links', 'by'],
  all,
  most,
  clear: ['subject', 'conditions'],
}

/** What is to be shown of all notices, by what each gives the reader. */
export const due = (
  readersOf: (p: Planted) => Share | undefined,
  but: readonly Field[] = [],
): string[] =>
  shown(
    new Map(
      notices.flatMap((p) => {
        const share = readersOf(p)
        const fields =
          share === undefined
            ? []
            : fieldsOf[share].filter((f) => p.tokens[f] !== undefined && !but.includes(f))
        return fields.length === 0 ? [] : [[p.title, new Set(fields)] as const]
      }),
    ),
  )
