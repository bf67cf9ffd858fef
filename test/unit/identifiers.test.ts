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
 * What canonicalise answers, in the shape of a vector: warnings, links and shared are absent where
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
  const areas = /^(?:phone|account|wallet|proxy|url|social|compound)\//u
  t.same(
    Object.keys(catalogue).filter((code) => areas.test(code) && !used.has(code)),
    [],
  )
})

await t.test('a refusal says where and, where it helps, what to do', async (t) => {
  const ambiguous = canonicalise('wallet-address', {
    address: '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
  })
  t.same(ambiguous, {
    ok: false,
    refusal: {
      code: 'wallet/ambiguous-chain',
      pointer: '/subject/address',
      detail: 'could be bitcoin, litecoin, bitcoin-cash, bitcoin-sv',
    },
  })
  const iban = canonicalise('bank-account', { iban: 'TH660041234567890' })
  t.same(iban, {
    ok: false,
    refusal: {
      code: 'account/iban-not-issued',
      pointer: '/subject/iban',
      detail: 'TH does not issue IBANs: send institution { scheme, id }, account and country',
    },
  })
  const prefix = canonicalise('phone-number', { number: '0019591234567', defaultCountry: 'TH' })
  t.same(prefix, {
    ok: false,
    refusal: {
      code: 'phone/ambiguous-prefix',
      pointer: '/subject/number',
      detail: 'could be +19591234567 or +9591234567',
    },
  })
  t.same(canonicalise('toString', {}), {
    ok: false,
    refusal: { code: 'notice/unknown-kind', pointer: '/kind' },
  })
})

await t.test(
  'the attributes of a key tell the country, the type, the bank and the chain',
  async (t) => {
    const attributes = (kind: string, subject: object) => {
      const result = canonicalise(kind, subject)
      return result.ok ? result.value.canonical : result.refusal
    }
    t.match(attributes('phone-number', { number: '+66812345678' }), {
      country: 'TH',
      type: 'mobile',
    })
    t.match(attributes('phone-number', { number: '1155', defaultCountry: 'TH' }), {
      country: 'TH',
      type: 'short-code',
    })
    t.match(attributes('bank-account', { iban: 'DE89370400440532013000' }), {
      country: 'DE',
      iban: 'DE89370400440532013000',
    })
    t.match(
      attributes('bank-account', {
        account: '0012345678',
        country: 'TH',
        institution: { scheme: 'bic', id: 'KASITHBK123' },
      }),
      { country: 'TH', institution: 'bic:KASITHBK', branch: '123', account: '0012345678' },
    )
    t.match(
      attributes('wallet-address', { address: 'X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu' }),
      { chain: 'xrp', address: 'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59', tag: '1' },
    )
  },
)
