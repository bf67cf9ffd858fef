import canonicalize from 'canonicalize'
import type { Tlp } from '../generated/types.ts'
import { expiryOf } from '../notice/era.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import { objectOf, offencesIn, present, textOf, textsOf, type Members } from './members-of.ts'
import type { ImportRow } from './row.ts'
import { definedTlps, tlpOf } from './stix-markings.ts'
import { observables, readPattern, subjectOf, type PatternSubject } from './stix-pattern.ts'

/**
 * Our property extension (STIX 2.1 §7.3) on an observable or indicator: members of a notice that
 * STIX has no place for, such as `offences`, `handling`, or `chain`, `tag`, `role` and
 * `institution` in `subject`.
 */
export const noticeExtension = 'extension-definition--4beae81f-1382-4530-a6a4-68669fec4007'

type Candidate = {
  readonly object: Members
  readonly from: string
  readonly found: Checked<PatternSubject>
}

/**
 * The rows of a bundle: its indicators, and the observables that no indicator is about. Other
 * objects are no rows.
 */
export const readBundle = (bundle: unknown): Checked<ImportRow[]> => {
  const objects = objectOf(bundle)?.['objects']
  if (objectOf(bundle)?.['type'] !== 'bundle' || !Array.isArray(objects))
    return refuse('import/not-stix')
  const members = objects.map(objectOf)
  const defined = definedTlps(members)
  const candidates = members.flatMap((object, at) => candidateOf(object, `/objects/${at}`))
  const indicated = new Set(candidates.filter(isIndicator).map(subjectKey))
  const chosen = candidates.filter(
    (candidate) => isIndicator(candidate) || !indicated.has(subjectKey(candidate)),
  )
  return accept(
    chosen.map(({ object, from, found }, at) => ({
      row: at + 1,
      from,
      read: found.ok ? accept(bodyOf(object, found.value, defined)) : found,
    })),
  )
}

const isIndicator = ({ object }: Candidate): boolean => object['type'] === 'indicator'

const subjectKey = ({ found, from }: Candidate): string =>
  found.ok ? canonicalize(found.value)! : from

const candidateOf = (object: Members | undefined, from: string): Candidate[] => {
  const type = object?.['type']
  if (object === undefined || typeof type !== 'string') return []
  if (type === 'indicator') return [{ object, from, found: indicatedBy(object) }]
  return observables.includes(type) ? [{ object, from, found: observedIn(type, object) }] : []
}

const indicatedBy = ({
  revoked,
  pattern,
  pattern_type: language,
}: Members): Checked<PatternSubject> => {
  if (revoked === true) return refuse('import/revoked')
  const found =
    language === 'stix' && typeof pattern === 'string' ? readPattern(pattern) : undefined
  return found === undefined ? refuse('import/unsupported-pattern') : accept(found)
}

const observedIn = (type: string, object: Members): Checked<PatternSubject> => {
  const texts = Object.entries(object).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  )
  const found = subjectOf(type, new Map(texts))
  return found === undefined
    ? refuse('import/not-stix', undefined, `${type} has no value`)
    : accept(found)
}

/**
 * The markings give the TLP, whatever the extension says. Without a marking and an extension the
 * notice has no TLP and is refused for it.
 */
const bodyOf = (
  object: Members,
  { kind, subject }: PatternSubject,
  defined: ReadonlyMap<string, Tlp>,
): Members => {
  const { extension_type: _, ...extension } =
    objectOf(objectOf(object['extensions'])?.[noticeExtension]) ?? {}
  const tlp = tlpOf(textsOf(object['object_marking_refs']), defined)
  const expires = expiryOf(textOf(object['valid_until']))
  const handling = {
    ...present({ expires }),
    ...objectOf(extension['handling']),
    ...present({ tlp }),
  }
  return {
    ...present({
      offences: offencesIn(textsOf(object['labels'])),
      narrative: textOf(object['description']),
      language: textOf(object['lang']),
    }),
    ...extension,
    kind,
    subject: { ...subject, ...objectOf(extension['subject']) },
    ...(Object.keys(handling).length > 0 && { handling }),
  }
}
