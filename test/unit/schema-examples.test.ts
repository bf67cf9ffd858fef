import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { tlps } from '#core/decide/tlp.ts'
import { kinds } from '#core/generated/kinds.ts'
import { readNotice } from '#core/notice/notice.ts'
import type { Refusal } from '#core/refusal.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { schemas, examples, bytesOf, context, valid } from './schemas-fixtures.ts'

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
 * Validates as a country's developer would: by the files alone and the standard's own rules.
 * Formats are annotations there.
 */
const byTheFilesAlone = (): ValidateFunction => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  for (const file of [
    'kinds.json',
    'modus.json',
    'notice.json',
    ...kinds.map((k) => `kinds/${k}.json`),
  ])
    ajv.addSchema(JSON.parse(readFileSync(new URL(file, schemas), 'utf8')) as object)
  return ajv.getSchema('https://switchboard.example/schemas/1/notice.json')!
}

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
    // Bodies too large for a file here (strict-json.test.ts), errors of HTTP itself, and those that
    // only a store of notices knows.
    const elsewhere = new Set([
      'body/too-large',
      'body/media-type',
      'body/nul',
      'notice/id-reused',
      'notice/not-found',
      'notice/not-yet-taken',
      'notice/subject-changed',
      'notice/final',
      'notice/too-many-versions',
      'notice/too-often',
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
