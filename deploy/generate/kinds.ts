import { readdir, readFile } from 'node:fs/promises'

/*
 * A kind of notice is one file in schemas/kinds: the schema of its subject. From that folder this
 * makes schemas/kinds.json (the list of kinds and the two unions over them) and
 * services/core/generated/kinds.ts.
 */
export type Schema = { readonly [keyword: string]: unknown }
export type Kind = { readonly name: string; readonly schema: Schema }

const schemasUrl = new URL('../../schemas/', import.meta.url)

export const readSchema = async (path: string): Promise<Schema> =>
  JSON.parse(await readFile(new URL(path, schemasUrl), 'utf8')) as Schema

export const readKinds = async (): Promise<Kind[]> => {
  const files = (await readdir(new URL('kinds/', schemasUrl)))
    .filter((file) => file.endsWith('.json'))
    .sort()
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.json'.length),
      schema: selfContained(file, await readSchema(`kinds/${file}`)),
    })),
  )
}

/**
 * The signed form is a copy at another base URI, so a relative reference in it would lead
 * elsewhere.
 */
const selfContained = (file: string, schema: Schema): Schema => {
  if (JSON.stringify(schema).includes('"$ref"'))
    throw new Error(`schemas/kinds/${file} holds a $ref: a kind is one file, write it out`)
  return schema
}

/**
 * Members of a subject that are disclosed separately: the signed subject has their digests instead.
 */
const disclosed = ['holder']

/** How many there are is said by the schema of each version of the contract. */
const digests = {
  type: 'array',
  minItems: 1,
  maxItems: 2,
  uniqueItems: true,
  items: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
  description: 'Digests of the disclosures (RFC 9901), decoys among them.',
}

/** The subject as it is signed. */
export const signedSubject = ({ schema }: Kind): Schema => {
  const {
    $id: _id,
    $schema: _schema,
    title,
    properties,
    required,
    ...rest
  } = schema as Schema & { properties: Schema; required?: string[] }
  const clear = Object.fromEntries(
    Object.entries(properties).filter(([name]) => !disclosed.includes(name)),
  )
  return {
    title: `Signed${String(title)}`,
    ...rest,
    required: [...(required ?? []), '_sd'],
    properties: { ...clear, _sd: digests },
  }
}

/**
 * `kinds.json`: `kind` lists the kinds; `notice` and `payload` say which subject goes with which
 * kind.
 */
export const kindsSchema = (kinds: readonly Kind[]): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://switchboard.example/schemas/1/kinds.json',
  $comment: 'Generated from kinds/ by `npm run generate`; not edited by hand.',
  $defs: {
    kind: { title: 'Kind', type: 'string', enum: kinds.map((k) => k.name) },
    notice: union(kinds, (k) => ({ $ref: `kinds/${k.name}.json` })),
    payload: union(kinds, (k) => ({ $ref: `#/$defs/signed-${k.name}` })),
    ...Object.fromEntries(kinds.map((k) => [`signed-${k.name}`, signedSubject(k)])),
  },
})

const union = (kinds: readonly Kind[], subject: (kind: Kind) => Schema): Schema => ({
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: kinds.map((k) => ({ properties: { kind: { const: k.name }, subject: subject(k) } })),
})

/** `generated/kinds.ts`: the same list for the program, and the schemas of the subjects. */
export const kindsModule = (kinds: readonly Kind[]): string => {
  const name = (kind: Kind): string =>
    kind.name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return [
    '// Generated from schemas/kinds by `npm run generate`; not edited by hand.',
    ...kinds.map(
      (k) => `import ${name(k)} from '#schemas/kinds/${k.name}.json' with { type: 'json' }`,
    ),
    '',
    `export const kinds = [${kinds.map((k) => `'${k.name}'`).join(', ')}] as const`,
    'export type KindName = (typeof kinds)[number]',
    '',
    `export const subjectSchemas: readonly object[] = [${kinds.map(name).join(', ')}]`,
    '',
  ].join('\n')
}
