import { compile } from 'json-schema-to-typescript'
import { readSchema, signedSubject, type Kind, type Schema } from './kinds.ts'

type Files = ReadonlyMap<string, Schema>
type ObjectSchema = Schema & { readonly properties: Schema }

/** A choice between sets of required members would only blur the type. */
const isOnlyRequired = (keyword: string, value: unknown): boolean =>
  keyword === 'anyOf' &&
  (value as Schema[]).every((branch) => Object.keys(branch).every((k) => k === 'required'))

/** Keywords that have no form in TypeScript, or are written out already. */
const untyped = new Set([
  '$id',
  '$schema',
  '$defs',
  '$comment',
  'discriminator',
  'minItems',
  'maxItems',
  'dependentRequired',
])

const banner = '// Generated from schemas/ by `npm run generate`; not edited by hand.'
const plain = [
  'confirmation.json',
  'consent.json',
  'reaction.json',
  'reaction-body.json',
  'still-open.json',
  'revocation-payload.json',
  'statement.json',
  'reply.json',
  'feed-page.json',
  'problem.json',
  'never-list.json',
  'consent-request.json',
  'consent-answer.json',
  'submission-decision.json',
]
/** Definitions that have a type of their own and stand in no document. */
const parts = [
  ['notice.json', 'by'],
  ['reaction.json', 'disclosed'],
  ['confirmation.json', 'disclosed'],
  ['consent.json', 'disclosed'],
] as const

const partOf = (document: Schema, def: string): Schema =>
  (document['$defs'] as Readonly<Record<string, Schema>>)[def]!

const files = ['notice.json', 'envelope-payload.json', 'modus.json', ...plain, 'kinds.json']

/**
 * `generated/types.ts`. json-schema-to-typescript makes clean unions only of complete, titled
 * objects, so the notice and the payload are first written out once per kind; `$ref`s become shared
 * objects, so that each title gives one type.
 */
export const typesModule = async (kinds: readonly Kind[], kindsSchema: Schema): Promise<string> => {
  const read = await Promise.all(
    files.filter((f) => f !== 'kinds.json').map(async (f) => [f, await readSchema(f)] as const),
  )
  const all: Files = new Map([...read, ['kinds.json', kindsSchema]])
  const perKind = (file: string, suffix: string, subject: (kind: Kind) => Schema): Schema => {
    const { $ref: _, $defs: __, ...whole } = all.get(file) as ObjectSchema
    return {
      title: whole['title'],
      description: whole['description'],
      oneOf: kinds.map((k) => complete(whole as ObjectSchema, k, suffix, subject(k))),
    }
  }
  const roots = {
    'notice.json': resolve(
      perKind('notice.json', 'Notice', (k) => k.schema),
      'notice.json',
      all,
    ),
    'envelope-payload.json': resolve(
      perKind('envelope-payload.json', 'Payload', signedSubject),
      'envelope-payload.json',
      all,
    ),
    ...Object.fromEntries(
      parts.map(([f, def]) => [`${f}#${def}`, resolve(partOf(all.get(f)!, def), f, all)]),
    ),
    ...Object.fromEntries(plain.map((f) => [f, resolve(all.get(f)!, f, all)])),
  }
  const schema = {
    title: 'SchemaTypes',
    description: 'What each file of schemas/ describes.',
    type: 'object',
    properties: roots,
    required: Object.keys(roots),
    additionalProperties: false,
  }
  const text = await compile(schema as Parameters<typeof compile>[0], 'SchemaTypes', {
    bannerComment: banner,
    additionalProperties: false,
    style: { semi: false, singleQuote: true, printWidth: 120 },
  })
  // a type can be given where a Record is asked for
  return text.replaceAll(/^export interface (\w+) \{$/gm, 'export type $1 = {')
}

const complete = (whole: ObjectSchema, kind: Kind, suffix: string, subject: Schema): Schema => {
  const { description: _, ...rest } = whole
  return {
    ...rest,
    title: `${pascal(kind.name)}${suffix}`,
    properties: { ...whole.properties, kind: { const: kind.name }, subject },
  }
}

const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/**
 * A copy without `$ref`, `$id` and `$defs`. One object in the schemas stays one object, and so one
 * type. Our schemas have no cycles.
 */
const resolve = (root: Schema, file: string, all: Files): Schema => {
  const held = copies.get(all) ?? new Map<unknown, unknown>()
  copies.set(all, held)
  const follow = (ref: string, from: string): Schema => {
    const [path, pointer = ''] = ref.split('#')
    const at = path || from
    return copy(
      pointer
        .split('/')
        .slice(1)
        .reduce((s, name) => s[name] as Schema, all.get(at)!),
      at,
    ) as Schema
  }
  const copy = (value: unknown, from: string): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (!held.has(value))
      held.set(
        value,
        Array.isArray(value)
          ? value.map((item) => copy(item, from))
          : copyObject(value as Schema, from),
      )
    return held.get(value)
  }
  const copyObject = ({ $ref, ...rest }: Schema, from: string): Schema => {
    if (typeof $ref === 'string')
      return Object.keys(rest).length === 0
        ? follow($ref, from)
        : { ...follow($ref, from), ...rest }
    return Object.fromEntries(
      Object.entries(rest)
        .filter(([k, v]) => !untyped.has(k) && !isOnlyRequired(k, v))
        .map(([k, v]) => [k, copy(v, from)]),
    )
  }
  return copy(root, file) as Schema
}

const copies = new WeakMap<Files, Map<unknown, unknown>>()
