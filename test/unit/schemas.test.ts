import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { tlps } from '#core/decide/tlp.ts'
import { kinds } from '#core/generated/kinds.ts'
import { readNotice } from '#core/notice/notice.ts'
import type { Refusal } from '#core/refusal.ts'
import { contractSchemas, schemaDocuments } from '#core/schema/documents.ts'
import { isUtcTime, isUuid } from '#core/schema/formats.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { parseMicros } from '#core/time.ts'
import { generated } from '#deploy/generate/generated.ts'
import registry from '#schemas/examples/registry.json' with { type: 'json' }

const schemas = new URL('../../schemas/', import.meta.url)
const examples = new URL('examples/', schemas)
const bytesOf = (path: string): Buffer => readFileSync(new URL(path, examples))

const context = {
  now: parseMicros(registry.now)!,
  registry: {
    hasParticipant: (id: string) => registry.participants.includes(id),
    hasPartner: (id: string) => registry.partners.includes(id),
    hasAgency: (id: string) => registry.agencies.includes(id),
    hasGroup: (id: string) => registry.groups.includes(id),
  },
}

type Answer = {
  readonly refusals: readonly Refusal[]
  readonly body?: unknown
  readonly value?: unknown
}

const readExample = (path: string, mode: 'wire' | 'all'): Answer => {
  const parsed = readStrict(bytesOf(path))
  if (!parsed.ok) return { refusals: [parsed.refusal] }
  const read = readNotice(parsed.value, { ...context, mode })
  return read.ok
    ? { refusals: [], body: read.value.body, value: parsed.value }
    : { refusals: read.refusals }
}

/**
 * As a country's developer would: the files alone, by the standard's own rules; formats are
 * annotations there.
 */
const byTheFilesAlone = (): ValidateFunction => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  for (const file of ['kinds.json', 'notice.json', ...kinds.map((k) => `kinds/${k}.json`)])
    ajv.addSchema(JSON.parse(readFileSync(new URL(file, schemas), 'utf8')) as object)
  return ajv.getSchema('https://switchboard.example/schemas/1/notice.json')!
}

const valid = readdirSync(new URL('valid/', examples)).sort()
const pointers = JSON.parse(bytesOf('invalid/pointers.json').toString()) as Readonly<
  Record<string, string>
>
const invalid = Object.keys(pointers)
const codeOf = (name: string): string => name.split('--')[0]!

await t.test(
  'every example in valid/ is accepted, its body untouched, by the program and by the schema ' +
    'files alone',
  async (t) => {
    const isValid = byTheFilesAlone()
    for (const file of valid) {
      const { refusals, body, value } = readExample(`valid/${file}`, 'wire')
      t.same(refusals, [], file)
      t.equal(body, value, `${file}: the very value`)
      t.same(
        body,
        JSON.parse(bytesOf(`valid/${file}`).toString()),
        `${file}: equal to what JSON.parse reads`,
      )
      t.same(readExample(`valid/${file}`, 'all').refusals, [], `${file}, all`)
      t.ok(isValid(body), `${file}, schema files`)
    }
  },
)

for (const name of invalid) {
  await t.test(
    `invalid/${name}.json is refused with the code of its ` +
      `name at ${pointers[name] || 'the whole body'}`,
    async (t) => {
      const { refusals } = readExample(`invalid/${name}.json`, 'wire')
      t.same(
        refusals.map(({ code, pointer = '' }) => ({ code, pointer })),
        [{ code: codeOf(name), pointer: pointers[name] }],
      )
      const all = readExample(`invalid/${name}.json`, 'all').refusals
      t.match(
        all.find((r) => r.code === codeOf(name) && (r.pointer ?? '') === pointers[name]),
        { code: codeOf(name) },
        'among all refusals',
      )
      t.ok(codeOf(name) in catalogue)
    },
  )
}

await t.test(
  'every file in invalid/ has its pointer, and every structural code and handling code has an ' +
    'example',
  async (t) => {
    const areas = readdirSync(new URL('invalid/', examples), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    const files = areas.flatMap((area) =>
      readdirSync(new URL(`invalid/${area}/`, examples)).map(
        (file) => `${area}/${file.replace('.json', '')}`,
      ),
    )
    t.same(files.toSorted(), invalid.toSorted())
    // Too large for a file here (strict-json.test.ts), HTTP's own, and what only a store of notices
    // knows.
    const elsewhere = new Set([
      'body/too-large',
      'body/media-type',
      'notice/id-reused',
      'notice/not-found',
      'notice/subject-changed',
      'notice/final',
      'notice/precondition-required',
      'notice/precondition-failed',
      'notice/several-issuers',
      'notice/no-conditions',
    ])
    const codes = Object.keys(catalogue).filter(
      (code) => /^(body|notice|handling)\//.test(code) && !elsewhere.has(code),
    )
    t.same(
      codes.filter((code) => !invalid.some((name) => codeOf(name) === code)),
      [],
    )
  },
)

await t.test(
  'the README has the lists that each TLP may carry as the program has them',
  async (t) => {
    const readme = readFileSync(new URL('README.md', schemas), 'utf8')
    const rows = [
      ...readme.matchAll(/^\| (RED|AMBER\+STRICT|AMBER|GREEN|CLEAR) \| (.*) \|$/gm),
    ].map(([, tlp = '', lists = '']) => [tlp, lists])
    const all = tlps.get('AMBER')!.lists.length
    t.same(
      rows,
      [...tlps].map(([tlp, { lists }]) => [
        tlp,
        lists.length === all ? 'all' : lists.map((l) => `\`${l}\``).join(', '),
      ]),
    )
  },
)

await t.test('in full, every fault is told once with its own pointer', async (t) => {
  const body = {
    kind: 'bank-account',
    subject: { account: '0000123456', country: 'TH', colour: 'red' },
    offences: [],
    observed: { first: '2026-11-02T00:00:00Z', last: '2026-11-01T00:00:00Z' },
    handling: {
      tlp: 'RED',
      codes: ['H3'],
      release: { partners: ['XX'], groups: ['EU'] },
      expires: '2020-01-01T00:00:00Z',
    },
    more: 1,
  }
  const read = readNotice(body, { ...context, mode: 'all' })
  const told = read.ok ? [] : read.refusals.map(({ code, pointer }) => `${code} ${pointer}`)
  t.same(told.toSorted(), [
    'account/no-institution /subject/institution',
    'handling/conditions-missing /handling/conditions',
    'handling/expires-in-past /handling/expires',
    'handling/release-contradicts-tlp /handling/release/groups',
    'handling/release-contradicts-tlp /handling/release/partners',
    'handling/unknown-group /handling/release/groups/0',
    'handling/unknown-participant /handling/release/partners/0',
    'notice/bad-value /offences',
    'notice/observed-order /observed/last',
    'notice/unknown-member /more',
    'notice/unknown-member /subject/colour',
  ])
})

await t.test(
  'in full, at most a hundred faults are told, and kind is the first of them',
  async (t) => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`m${i}`, i]))
    const read = readNotice({ ...many, kind: 'fax-number' }, { ...context, mode: 'all' })
    t.equal(read.ok ? 0 : read.refusals.length, 100)
    t.match(read.ok ? {} : read.refusals[0], { code: 'notice/unknown-kind', pointer: '/kind' })
  },
)

await t.test(
  'a member name of any length makes no longer pointer than 1024 characters',
  async (t) => {
    const name = 'x'.repeat(200_000)
    const example = JSON.parse(bytesOf('valid/phone-minimal.json').toString()) as object
    const read = readNotice({ ...example, [name]: 1 }, context)
    t.same(read.ok ? [] : read.refusals, [{ code: 'notice/unknown-member', pointer: '' }])
  },
)

await t.test('with now 0 an expired notice is read all the same', async (t) => {
  const parsed = readStrict(bytesOf('invalid/handling/expires-in-past.json'))
  t.equal(readNotice(parsed.ok && parsed.value, { ...context, now: 0 }).ok, true)
})

await t.test(
  'generated files are those of the schemas: run `npm run generate` after a change',
  async (t) => {
    for (const [path, text] of await generated())
      t.equal(readFileSync(new URL(`../${path}`, schemas), 'utf8'), text, path)
  },
)

await t.test(
  'every schema is one by its meta-schema, under its own address, and compiles in strict mode',
  async (t) => {
    const ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      discriminator: true,
      formats: { 'date-time': isUtcTime, uuid: isUuid },
      schemas: [...schemaDocuments],
    })
    for (const { $id } of schemaDocuments) {
      t.type(ajv.getSchema($id), 'function', $id)
      const path = $id.replace('https://switchboard.example/schemas/1/', '')
      t.equal(
        (JSON.parse(readFileSync(new URL(path, schemas), 'utf8')) as { $id: string }).$id,
        $id,
        path,
      )
    }
    t.equal(schemaDocuments.length, kinds.length + 11)
  },
)

await t.test(
  'as OpenAPI components the schemas refer to each other and to nothing else',
  async (t) => {
    const at = (ref: string): unknown =>
      ref
        .replace('#/components/schemas/', '')
        .split('/')
        .reduce<unknown>(
          (s, name) => (s as Record<string, unknown> | undefined)?.[name],
          contractSchemas,
        )
    const refs = JSON.stringify(contractSchemas).matchAll(/"\$ref":"([^"]*)"/g)
    for (const [, ref = ''] of refs)
      t.ok(ref.startsWith('#/components/schemas/') && at(ref) !== undefined, ref)
    t.notMatch(JSON.stringify(contractSchemas), 'switchboard.example')
  },
)

type Node = Readonly<Record<string, unknown>>
const nodes = (value: unknown): Node[] =>
  typeof value !== 'object' || value === null
    ? []
    : [...(Array.isArray(value) ? [] : [value as Node]), ...Object.values(value).flatMap(nodes)]
const sent = 'notice|envelope-payload|statement|consent-request|consent-answer|submission-decision'
const sentByOthers = new RegExp(`/(${sent}|kinds|kinds/.*)\\.json$`)
const received = schemaDocuments.filter(({ $id }) => sentByOthers.test($id))

/** Anchored at both ends, and every repetition has an upper bound. */
const isBounded = (pattern: string): boolean =>
  /^\^.*\$$/.test(pattern) && !/[*+]|\{\d+,\}/.test(pattern.replaceAll(/\\.|\[[^\]]*\]/g, 'x'))

await t.test(
  'in what is received every object is closed, every string and every array bounded, every ' +
    'array of strings unique',
  async (t) => {
    for (const node of received.flatMap(nodes)) {
      const shown = JSON.stringify(node).slice(0, 120)
      if (node['type'] === 'object' && node['properties'] !== undefined)
        t.equal(node['additionalProperties'], false, shown)
      if (node['type'] === 'array')
        t.ok(
          typeof node['maxItems'] === 'number' &&
            (node['uniqueItems'] === true || node['maxItems'] === 1),
          shown,
        )
      if (node['type'] === 'string')
        t.ok(
          node['$ref'] !== undefined ||
            node['enum'] !== undefined ||
            typeof node['maxLength'] === 'number' ||
            isBounded(String(node['pattern'])),
          shown,
        )
    }
  },
)

await t.test(
  'items that must differ are of a scalar type that stands beside them: anything else Ajv ' +
    'compares by methods that a sender can name',
  async (t) => {
    const unique = schemaDocuments.flatMap(nodes).filter((node) => node['uniqueItems'] === true)
    t.ok(unique.length >= 10)
    for (const node of unique)
      t.match(node['items'], { type: /^(string|integer)$/ }, JSON.stringify(node).slice(0, 120))
    const hostile = {
      ...(JSON.parse(bytesOf(`valid/${valid[0]!}`).toString()) as object),
      offences: [{ toString: null }, { toString: null }],
    }
    for (const mode of ['wire', 'all'] as const)
      t.match(
        readNotice(hostile, { ...context, mode }),
        { ok: false, refusals: [{ code: 'notice/bad-type', pointer: '/offences/0' }] },
        mode,
      )
  },
)

await t.test(
  'no pattern backtracks: none repeats a group without a bound, and evil strings cost no more ' +
    'than others',
  async (t) => {
    const patterns = new Set(
      schemaDocuments
        .flatMap(nodes)
        .flatMap((n) => (typeof n['pattern'] === 'string' ? [n['pattern']] : [])),
    )
    t.ok(patterns.size >= 10)
    for (const pattern of patterns) {
      t.notMatch(pattern, /\)[*+]|\)\{\d+,\}|[*+}][*+]|\\[0-9]|\(\?/, pattern)
      const regExp = new RegExp(pattern, 'u')
      const evil = ['a', '0', '-', 'a-', 'A.', '*', '\u0000', '/', 'é', 'aa-0'].flatMap((seed) => [
        seed.repeat(20_000),
        `${seed.repeat(20_000)}!`,
        `${seed.repeat(20_000)}\n`,
      ])
      const before = process.hrtime.bigint()
      for (const text of evil) regExp.test(text)
      t.ok(process.hrtime.bigint() - before < 300_000_000n, `${pattern}: ${evil.length} strings`)
    }
  },
)

await t.test(
  'a time is RFC 3339 in UTC and a day the calendar has; a UUID is in small letters',
  async (t) => {
    const times: readonly (readonly [string, boolean])[] = [
      ['2026-11-01T02:00:00Z', true],
      ['2026-11-01T02:00:00.1Z', true],
      ['2026-11-01T02:00:00.123456789Z', true],
      ['2024-02-29T00:00:00Z', true],
      ['2000-02-29T00:00:00Z', true],
      ['2026-12-31T23:59:59Z', true],
      ['1900-02-29T00:00:00Z', false],
      ['2026-02-29T00:00:00Z', false],
      ['2026-04-31T00:00:00Z', false],
      ['2026-00-10T00:00:00Z', false],
      ['2026-13-01T00:00:00Z', false],
      ['2026-11-00T00:00:00Z', false],
      ['2026-11-01T24:00:00Z', false],
      ['2026-11-01T23:60:00Z', false],
      ['2026-06-30T23:59:60Z', false],
      ['2026-11-01T02:00:00', false],
      ['2026-11-01T02:00:00z', false],
      ['2026-11-01 02:00:00Z', false],
      ['2026-11-01T02:00:00.Z', false],
      ['2026-11-01T02:00:00.1234567890Z', false],
      ['2026-11-01T02:00:00+00:00', false],
      ['+2026-11-01T02:00:00Z', false],
      ['2026-11-01T02:00:00Z\n', false],
      ['２026-11-01T02:00:00Z', false],
      ['2026-1-01T002:00:00Z', false],
      ['', false],
    ]
    for (const [text, is] of times) {
      t.equal(isUtcTime(text), is, text)
      t.ok(!is || parseMicros(text) !== undefined, `${text} has microseconds`)
    }
    const uuids: readonly (readonly [string, boolean])[] = [
      ['0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11', true],
      ['00000000-0000-0000-0000-000000000000', true],
      ['0193A1C2-7B1E-7C3D-9F00-5B8F1F0A2C11', false],
      ['0193a1c27b1e7c3d9f005b8f1f0a2c11', false],
      ['0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c1', false],
      ['0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11\n', false],
      ['g193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11', false],
    ]
    for (const [text, is] of uuids) t.equal(isUuid(text), is, text)
  },
)
