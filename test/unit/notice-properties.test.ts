import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { readNotice } from '#core/notice/notice.ts'
import type { Refusal } from '#core/refusal.ts'
import { schemaDocuments } from '#core/schema/documents.ts'
import { readStrict } from '#core/json/strict-json.ts'

/*
 * FUZZ_RUNS sets the number of cases (100,000 by default, over all tests of this file); FUZZ_SEED
 * repeats a run. Bodies are frozen before they are read, so a change of one would throw.
 */
const runs = Number(process.env['FUZZ_RUNS'] ?? 100_000)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FUZZ_SEED=${seed}`)

const examples = new URL('../../schemas/examples/', import.meta.url)
const valid = readdirSync(new URL('valid/', examples))
  .map((file) => readFileSync(new URL(`valid/${file}`, examples), 'utf8'))
  .filter((text) => text.length < 5000)
const isValid = new Ajv2020({
  strict: false,
  validateFormats: false,
  schemas: [...schemaDocuments],
}).getSchema('https://switchboard.example/schemas/1/notice.json')!

const names = new Set(['TH', 'KH', 'VN', 'JP', 'KH-ACD', 'JP-NPA', 'VN-C06', 'ASEAN', 'MEKONG'])
const registry = {
  hasParticipant: (id: string) => id.length === 2 && names.has(id),
  hasAgency: (id: string) => id.length > 2 && names.has(id),
  hasGroup: (id: string) => names.has(id),
  hasPartner: (id: string) => id === 'EXCHANGE-1',
}

const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const member of Object.values(value)) freeze(member)
}

const slowest = { ms: 0 }
const inTime = <T>(work: () => T): T => {
  const before = performance.now()
  const result = work()
  slowest.ms = Math.max(slowest.ms, performance.now() - before)
  return result
}

const isTold = (refusals: readonly Refusal[]): boolean =>
  refusals.length > 0 &&
  refusals.every(
    ({ code, pointer = '', detail = '' }) =>
      code in catalogue &&
      (pointer === '' || pointer.startsWith('/')) &&
      pointer.length <= 1024 &&
      detail.length <= 4096,
  )

/**
 * The promise: an answer in time. An accepted body is valid by the schema alone, and is exactly the
 * value that was sent.
 */
const keepsPromise = (body: unknown): boolean => {
  freeze(body)
  const wire = inTime(() => readNotice(body, { now: 1, registry }))
  const all = inTime(() => readNotice(body, { now: 1, registry, mode: 'all' }))
  if (wire.ok !== all.ok) return false
  if (wire.ok)
    return wire.value.body === body && isValid(body) && wire.value.canonical.key.length > 0
  return !all.ok && wire.refusals.length === 1 && isTold(wire.refusals) && isTold(all.refusals)
}

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    ' ',
    '*',
    '\u0000',
    '\ud800',
    '\u202e',
    '๐๘๑',
    'a'.repeat(600),
    '1'.repeat(513),
    '+'.repeat(100),
    '/~',
    'toString',
    'constructor',
    [],
    {},
    [[]],
    [null],
    { _sd: ['x'] },
    [{}],
    'KH',
    ['KH', '*'],
    '2026-02-30T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    'RED',
    'CLEAR',
    ['H3'],
    'wallet-address',
    'bank-account',
    'phone-number',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
)

type Objects = Record<string, unknown> | unknown[]
/** Every object and array of a body, the whole first. */
const inside = (value: unknown): Objects[] =>
  typeof value !== 'object' || value === null
    ? []
    : [value as Objects, ...Object.values(value).flatMap(inside)]

type Edit = {
  readonly at: number
  readonly member: number
  readonly how: 'replace' | 'remove' | 'add' | 'move'
  readonly name: string
  readonly value: unknown
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(1000),
  member: fc.nat(1000),
  how: fc.constantFrom('replace', 'remove', 'add', 'move'),
  name: fc.oneof(
    fc.constantFrom(
      'id',
      'status',
      'version',
      'release',
      'exclude',
      'partners',
      'holder',
      'iban',
      'account',
      'tag',
      'conditions',
      'expires',
      'toString',
      '',
      'a/b',
      'x'.repeat(2000),
    ),
    fc.string({ maxLength: 8 }),
  ),
  value: hostile,
})

const apply = (body: unknown, { at, member, how, name, value }: Edit): void => {
  const all = inside(body)
  const target = all[at % all.length]!
  const keys = Object.keys(target)
  const key = keys[member % Math.max(keys.length, 1)]
  const put = (at: string, what: unknown): void => {
    // as JSON.parse does, whatever the name
    Object.defineProperty(target, at, {
      value: structuredClone(what),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  if (how === 'add' || key === undefined)
    put(Array.isArray(target) ? String(target.length) : name, value)
  else if (how !== 'remove') put(key, how === 'move' ? all[member % all.length] : value)
  else if (Array.isArray(target)) target.splice(Number(key), 1)
  else Reflect.deleteProperty(target, key)
}

const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype]
const shape = (): string => JSON.stringify(prototypes.map((p) => Reflect.ownKeys(p).map(String)))
const shapeBefore = shape()

const params = (share: number): fc.Parameters<unknown> => ({
  numRuns: Math.ceil(runs * share),
  seed,
  endOnFailure: false,
})

await t.test(
  'whatever a valid notice is changed into, it is answered and never thrown at',
  async () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (text, edits) => {
          const body = JSON.parse(text) as unknown
          for (const e of edits) apply(body, e)
          return keepsPromise(body)
        },
      ),
      params(0.6),
    )
  },
)

await t.test(
  'whatever the bytes are, they are read or refused, and what is read is answered',
  async () => {
    const splice = fc.record({
      at: fc.nat(2000),
      drop: fc.nat(6),
      put: fc.oneof(
        fc.constantFrom(
          '"',
          '{',
          '}',
          '[',
          ',',
          ':',
          '\\',
          '\\ud800',
          '"__proto__":{"x":1},',
          '1e400',
          'null',
        ),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.array(splice, { minLength: 1, maxLength: 3 }),
        (text, splices) => {
          const changed = splices.reduce(
            (s, { at, drop, put }) =>
              s.slice(0, at % s.length) + put + s.slice((at % s.length) + drop),
            text,
          )
          const read = inTime(() => readStrict(Buffer.from(changed)))
          return read.ok ? keepsPromise(read.value) : isTold([read.refusal])
        },
      ),
      params(0.3),
    )
  },
)

await t.test('whatever JSON value there is, it is answered', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.object({ maxDepth: 4 }), fc.anything()), keepsPromise),
    params(0.1),
  )
})

await t.test(
  'after all that no prototype has gained a member, and nothing took a second',
  async (t) => {
    t.equal(shape(), shapeBefore)
    t.equal(({} as Record<string, unknown>)['x'], undefined)
    t.ok(slowest.ms < 1000, `the slowest took ${slowest.ms.toFixed(1)} ms`)
  },
)
