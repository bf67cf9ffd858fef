import { refuse, type Checked } from '../refusal.ts'
import { checkEnvelopePayload, checkEnvelopePayload1, type SignedPayload } from './check.ts'

/** How one version of the contract is read: checked by its own schema. */
export type SchemaVersion = {
  readonly version: number
  readonly read: (payload: unknown) => Checked<SignedPayload>
}

/**
 * The versions that a program reads, newest first: N and N-1. A test passes another table, to try
 * what a hub does with a version that it does not know.
 */
export type SchemaVersions = readonly [newest: SchemaVersion, ...before: SchemaVersion[]]

export const schemaVersions: SchemaVersions = [
  { version: 2, read: checkEnvelopePayload },
  { version: 1, read: checkEnvelopePayload1 },
]

/**
 * Reads a payload by the version that it names. A later version, or an unknown one, is held by the
 * caller: it is no fault of the sender, and a later program may know it. A version before those in
 * the table is refused.
 */
export const readVersioned = (
  payload: unknown,
  versions: SchemaVersions,
): Checked<SignedPayload> => {
  const named = (payload as { schema?: unknown } | null)?.schema
  // a value that is no text fails its schema
  if (typeof named !== 'string') return versions[0].read(payload)
  const known = versions.find(({ version }) => named === `notice/${version}`)
  if (known !== undefined) return known.read(payload)
  const number = Number(/^notice\/([1-9]\d{0,8})$/.exec(named)?.[1] ?? Number.POSITIVE_INFINITY)
  const readHere = versions.map(({ version }) => `notice/${version}`).join(', ')
  return number < versions[0].version
    ? refuse('envelope/old-schema', '/schema', `${readHere} are read`)
    : refuse('envelope/unknown-schema', '/schema')
}
