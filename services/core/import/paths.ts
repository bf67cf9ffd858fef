import notice from '#schemas/notice.json' with { type: 'json' }
import { subjectSchemas } from '../generated/kinds.ts'

type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
}

/** A member of a notice that a cell of a table can give: a text, or a list of texts. */
export type Path = {
  readonly name: string
  readonly tokens: readonly string[]
  readonly isList: boolean
}

const definitions = notice.$defs as unknown as Readonly<Record<string, Schema>>

const resolved = (schema: Schema): Schema =>
  schema.$ref?.startsWith('#/$defs/')
    ? (definitions[schema.$ref.slice('#/$defs/'.length)] ?? schema)
    : schema

const pathsOf = (given: Schema, tokens: readonly string[]): Path[] => {
  const schema = resolved(given)
  if (tokens.length === 1 && tokens[0] === 'subject')
    return subjectSchemas.flatMap((subject) => membersOf(subject as Schema, tokens))
  if (schema.properties !== undefined) return membersOf(schema, tokens)
  return [{ name: tokens.join('.'), tokens, isList: schema.type === 'array' }]
}

const membersOf = ({ properties = {} }: Schema, tokens: readonly string[]): Path[] =>
  Object.entries(properties).flatMap(([name, member]) => pathsOf(member, [...tokens, name]))

/**
 * Every member, by its path: `kind`, `subject.number`, `handling.release.participants`, … They are
 * read from schemas/.
 */
export const paths: ReadonlyMap<string, Path> = new Map(
  membersOf(notice as unknown as Schema, []).map((path) => [path.name, path]),
)

/** `contact` has no short names: a column `phone` is hardly the telephone of the desk itself. */
const shortened = ['', 'subject.', 'handling.', 'handling.release.', 'observed.', 'evaluation.']

/**
 * The path that a header means: its full name, or the name within one of the objects above, in that
 * order.
 */
export const pathNamed = (header: string): Path | undefined => {
  for (const prefix of shortened) {
    const path = paths.get(prefix + header)
    if (path !== undefined) return path
  }
  return undefined
}
