import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { canonicalise, identifiers } from '#core/identifiers/canonicalise.ts'

type Row = {
  readonly input: object
  readonly source: string
  readonly key?: string
  readonly code?: string
  readonly warnings?: readonly string[]
  readonly links?: readonly string[]
  readonly shared?: true
}

const vectors = new URL('../../schemas/vectors/', import.meta.url)

const rowsOf = (kind: string): Row[] =>
  JSON.parse(readFileSync(new URL(`${kind}.json`, vectors), 'utf8')) as Row[]

/**
 * The answer of canonicalise in the shape of a vector: warnings, links and shared are absent if
 * there are none.
 */
const answerOf = (kind: string, input: object): Partial<Row> => {
  const result = canonicalise(kind, input)
  if (!result.ok) return { code: result.refusal.code }
  const { canonical, warnings } = result.value
  return {
    key: canonical.key,
    ...(warnings.length > 0 && { warnings: warnings.map(({ code }) => code) }),
    ...(canonical.links !== undefined && { links: canonical.links.map(({ key }) => key) }),
    ...(canonical.shared !== undefined && { shared: canonical.shared }),
  }
}

const expected = ({ key, code, warnings, links, shared }: Row): Partial<Row> => ({
  ...(key !== undefined && { key }),
  ...(code !== undefined && { code }),
  ...(warnings !== undefined && { warnings }),
  ...(links !== undefined && { links }),
  ...(shared !== undefined && { shared }),
})

const leastRows: Readonly<Record<string, number>> = {
  'phone-number': 30,
  'bank-account': 30,
  'wallet-address': 60,
}

for (const kind of Object.keys(identifiers)) {
  await t.test(
    `schemas/vectors/${kind}.json: each writing gives the key or the code it names`,
    async (t) => {
      const rows = rowsOf(kind)
      t.ok(rows.length >= (leastRows[kind] ?? 15), `${rows.length} rows`)
      for (const row of rows)
        t.same(
          answerOf(kind, row.input),
          expected(row),
          `${JSON.stringify(row.input)} (${row.source})`,
        )
    },
  )
}

await t.test('every kind has its vectors and every vector file its kind', async (t) => {
  const files = readdirSync(vectors)
    .map((name) => name.replace('.json', ''))
    // never-list.test.ts, key-proof.test.ts, statement.test.ts
    .filter((name) => name !== 'never-list' && name !== 'keys' && name !== 'statement')
  t.same(files.toSorted(), Object.keys(identifiers).toSorted())
})

await t.test(
  'whatever has a key in the vectors is valid against the schema of its kind',
  async (t) => {
    for (const kind of Object.keys(identifiers)) {
      const schema = JSON.parse(
        readFileSync(new URL(`../kinds/${kind}.json`, vectors), 'utf8'),
      ) as object
      const isValid = new Ajv2020({ strict: false }).compile(schema)
      t.same(
        rowsOf(kind)
          .filter(({ key, input }) => key !== undefined && !isValid(input))
          .map(({ input }) => input),
        [],
        kind,
      )
    }
  },
)

await t.test('every vector has its source, and a key or a code', async (t) => {
  for (const kind of Object.keys(identifiers)) {
    t.same(
      rowsOf(kind).filter(
        ({ source, key, code }) =>
          typeof source !== 'string' ||
          source === '' ||
          (key === undefined) === (code === undefined),
      ),
      [],
      kind,
    )
  }
})

await t.test('every code in the vectors is in the catalogue', async (t) => {
  const codes = Object.keys(identifiers).flatMap((kind) =>
    rowsOf(kind).flatMap(({ code, warnings = [] }) => [
      ...(code === undefined ? [] : [code]),
      ...warnings,
    ]),
  )
  t.same(
    codes.filter((code) => !Object.hasOwn(catalogue, code)),
    [],
  )
})

await t.test('every identifier code of the catalogue has a vector', async (t) => {
  const used = new Set(
    Object.keys(identifiers).flatMap((kind) =>
      rowsOf(kind).flatMap(({ code, warnings = [] }) => [code, ...warnings]),
    ),
  )
  const areas = /^(?:phone|account|wallet|proxy|url|social|compound|ip|device|cell)\//u
  t.same(
    Object.keys(catalogue).filter((code) => areas.test(code) && !used.has(code)),
    [],
  )
})
