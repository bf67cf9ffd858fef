import t from 'tap'
import { bodyOfCells, columnAt, readColumns, readMapping } from '#core/import/columns.ts'
import { derivedId, withId } from '#core/import/derived-id.ts'
import { pathNamed, paths } from '#core/import/paths.ts'
import { readPresets, withPresets } from '#core/import/place.ts'
import type { Checked } from '#core/refusal.ts'

const valueOf = <T>(checked: Checked<T>): T => {
  if (checked.ok) return checked.value
  throw new Error(checked.refusal.code)
}

await t.test(
  'columns: paths, short names, mappings, lists; a column without meaning is refused',
  async (t) => {
    t.ok(paths.size > 50)
    for (const [header, path] of [
      ['kind', 'kind'],
      ['number', 'subject.number'],
      ['tlp', 'handling.tlp'],
      ['participants', 'handling.release.participants'],
      ['first', 'observed.first'],
      ['id', 'id'],
      ['institution.scheme', 'subject.institution.scheme'],
      ['country', 'subject.country'],
      ['contact.phone', 'contact.phone'],
      ['phone', 'subject.phone'],
    ] as const)
      t.equal(pathNamed(header)?.name, path, header)
    for (const header of [
      'email',
      '',
      'subject',
      'handling',
      '__proto__',
      'constructor',
      'toString',
      'subject.__proto__',
    ])
      t.equal(pathNamed(header), undefined, header)
    const none = new Map<string, string>()
    t.match(readColumns(['kind', 'subject.kind'], none), {
      refusal: { code: 'import/unknown-column', detail: '"subject.kind"' },
    })
    t.match(readColumns(['tlp', 'handling.tlp'], none), {
      refusal: { code: 'import/duplicate-column' },
    })
    for (const bad of ['a', 'a=', '=kind', 'a=nothing'])
      t.match(readMapping([bad]), { refusal: { code: 'import/bad-mapping' } }, bad)
    const columns = valueOf(
      readColumns(
        [' Tel. ', 'x', 'offences', 'handling.release.groups', 'kind'],
        valueOf(readMapping(['Tel. = number', 'x=-'])),
      ),
    )
    t.same(bodyOfCells([' +66 ', 'lost', 'job-scam; other;', ' ', 'phone-number'], columns), {
      subject: { number: '+66' },
      offences: ['job-scam', 'other'],
      kind: 'phone-number',
    })
    for (const [pointer, column] of [
      ['/subject/number', 'Tel.'],
      ['/offences/1', 'offences'],
      ['/handling', 'handling.release.groups'],
      ['/handling/tlp', undefined],
      ['', undefined],
      ['/subject', 'Tel.'],
    ] as const)
      t.equal(columnAt(pointer, columns), column, pointer)
  },
)

await t.test('presets are for what a row does not say', async (t) => {
  const presets = valueOf(
    readPresets(['tlp=AMBER', 'offences=job-scam;other', 'kind=phone-number']),
  )
  const body = Object.freeze({ kind: 'url', handling: Object.freeze({ expires: 'x' }) })
  t.same(withPresets(body, presets), {
    kind: 'url',
    handling: { expires: 'x', tlp: 'AMBER' },
    offences: ['job-scam', 'other'],
  })
  t.same(body, { kind: 'url', handling: { expires: 'x' } }, 'what was sent is not changed')
  for (const odd of [null, 1, 'x', [1]]) t.same(withPresets(odd, presets), odd)
  t.same(
    withPresets({ handling: 'x' }, presets),
    { handling: 'x', kind: 'phone-number', offences: ['job-scam', 'other'] },
    'what is no object stays for the schema',
  )
  for (const bad of ['x', 'x=1', 'tlp=', '__proto__.x=1'])
    t.match(readPresets([bad]), { refusal: { code: 'import/bad-mapping' } }, bad)
})

await t.test(
  'a derived id is a UUIDv8 of content and agency, whatever the order of members',
  async (t) => {
    const id = derivedId({ a: 1, b: { c: 2, d: 3 } }, 'TH-CCIB')
    t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    t.equal(derivedId({ b: { d: 3, c: 2 }, a: 1 }, 'TH-CCIB'), id)
    t.not(derivedId({ a: 1, b: { c: 2, d: 3 } }, 'TH-OTHER'), id)
    t.not(derivedId({ a: 1, b: { c: 2, d: 4 } }, 'TH-CCIB'), id)
    t.same([withId({ id: 7 }, 'X'), withId(null, 'X'), withId([], 'X')], [{ id: 7 }, null, []])
  },
)
