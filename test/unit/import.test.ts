import { parse } from 'csv-parse/sync'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import * as fc from 'fast-check'
import t from 'tap'
import { bodyOfCells, columnAt, readColumns, readMapping } from '#core/import/columns.ts'
import { readCells } from '#core/import/csv.ts'
import { derivedId, withId } from '#core/import/derived-id.ts'
import { readMispEvent } from '#core/import/misp.ts'
import { pathNamed, paths } from '#core/import/paths.ts'
import { readPresets, withPresets } from '#core/import/place.ts'
import type { ImportRow } from '#core/import/row.ts'
import { noticeExtension, readBundle } from '#core/import/stix.ts'
import { readPattern } from '#core/import/stix-pattern.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { createHttp } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { neverListOf } from '#core/identifiers/never-list.ts'
import type { AcceptDeps } from '../../services/gateway/accept.ts'
import { limitArrival } from '../../services/gateway/routes/arrival.ts'
import { CommitQueueFull } from '#runtime/postgres/group-commit.ts'
import { csvRecords } from '../../services/gateway/import/csv-records.ts'
import { importRows } from '../../services/gateway/import/import-rows.ts'
import { inOrder } from '../../services/gateway/import/in-order.ts'
import { readLines, rowLimitBytes } from '../../services/gateway/import/lines.ts'
import { packLines } from '../../services/gateway/import/pack.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_000)

const cut = async function* (bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
const told = <T>(checked: Checked<T>): T | string =>
  checked.ok ? checked.value : checked.refusal.code
const valueOf = <T>(checked: Checked<T>): T => {
  if (checked.ok) return checked.value
  throw new Error(checked.refusal.code)
}
const records = async (text: string | Buffer, size = 7) =>
  (await all(csvRecords(cut(Buffer.from(text), size)))).map(({ line, cells }) => [
    line,
    told(cells),
  ])

await t.test(
  'lines are counted from 1, lose their ending and a byte order mark, and are never held ' +
    'beyond the limit',
  async (t) => {
    const lines = async (text: string, size: number) =>
      (await all(readLines(cut(Buffer.from(text), size)))).map(({ number, bytes }) => [
        number,
        bytes?.toString(),
      ])
    for (const size of [1, 2, 3, 1000])
      t.same(
        await lines('\ufeffa\r\nข\n\nc', size),
        [
          [1, 'a'],
          [2, 'ข'],
          [3, ''],
          [4, 'c'],
        ],
        `in chunks of ${size}`,
      )
    t.same(await lines('', 1), [])
    const long = 'x'.repeat(rowLimitBytes)
    t.same(await lines(`${long}\n${long}y\nz\n`, 5000), [
      [1, long],
      [2, undefined],
      [3, 'z'],
    ])
  },
)

await t.test('CSV: a fault costs one row, and what stands behind it is read', async (t) => {
  const rows: [string, string | Buffer, unknown[]][] = [
    [
      'plain',
      'a,b\r\n1,\r\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '']],
      ],
    ],
    [
      'quotes',
      '"a,b","c""d"\n"",x',
      [
        [1, ['a,b', 'c"d']],
        [2, ['', 'x']],
      ],
    ],
    [
      'a line break in quotes',
      '"a\r\nb",c\nd,e',
      [
        [1, ['a\nb', 'c']],
        [3, ['d', 'e']],
      ],
    ],
    [
      'empty lines',
      '\na\n\nb',
      [
        [2, ['a']],
        [4, ['b']],
      ],
    ],
    [
      'a quote in a plain cell',
      'a"b,c\nd,e',
      [
        [1, 'import/bad-csv'],
        [2, ['d', 'e']],
      ],
    ],
    [
      'text behind a quoted cell',
      '"a"b,c\nd,e',
      [
        [1, 'import/bad-csv'],
        [2, ['d', 'e']],
      ],
    ],
    [
      'a quote that is never closed',
      'x,y\n"a,b\nc,d\ne,f',
      [
        [1, ['x', 'y']],
        [2, 'import/bad-csv'],
        [3, ['c', 'd']],
        [4, ['e', 'f']],
      ],
    ],
    [
      'two stray quotes',
      'a"b\nc\nd"e\nf',
      [
        [1, 'import/bad-csv'],
        [2, ['c']],
        [3, 'import/bad-csv'],
        [4, ['f']],
      ],
    ],
    [
      'not UTF-8',
      Buffer.from('a,\xff\nb,c', 'latin1'),
      [
        [1, 'body/not-utf8'],
        [2, ['b', 'c']],
      ],
    ],
    [
      'a quote never closed in a long file',
      `"a\n${`${'b'.repeat(99)}\n`.repeat(4000)}`,
      [[1, 'import/bad-csv'], ...Array.from({ length: 4000 }, (_, i) => [i + 2, ['b'.repeat(99)]])],
    ],
  ]
  for (const [title, text, expected] of rows)
    t.same(await records(text, title.includes('long') ? 65_536 : 7), expected, title)
})

await t.test(
  'CSV: what is well formed is read as csv-parse reads it, wherever it is cut',
  async () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'ข', ';') }),
      fc.string({ unit: 'grapheme' }),
    )
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    })
    const written = (cells: string[]): string =>
      cells
        .map((c) => (/[",\r\n]/.test(c) || c === '' ? `"${c.replaceAll('"', '""')}"` : c))
        .join(',')
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, size) => {
        const text = rows.map(written).join('\n')
        const expected = parse(text, { relax_column_count: true })
        const read = (await all(csvRecords(cut(Buffer.from(`\ufeff${text}`), size)))).map(
          ({ cells }) => told(cells),
        )
        return (
          JSON.stringify(read) ===
          JSON.stringify(expected.map((cells) => cells.map((c) => c.replaceAll('\r\n', '\n'))))
        )
      }),
      { numRuns },
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"') }), (text) => {
        const cells = readCells(text)
        return cells === undefined || cells.every((c) => typeof c === 'string')
      }),
      { numRuns },
    )
  },
)

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

await t.test(
  'patterns: equalities of one object, joined by AND; everything else is not read',
  async (t) => {
    const rows: [string, unknown][] = [
      [
        "[phone-number:value = '+66812345678']",
        { kind: 'phone-number', subject: { number: '+66812345678' } },
      ],
      [
        " [ cryptocurrency-wallet:value='a\\'b\\\\' ] ",
        { kind: 'wallet-address', subject: { address: "a'b\\" } },
      ],
      ["[bank-account:iban = 'X']", { kind: 'bank-account', subject: { iban: 'X' } }],
      [
        "[bank-account:account_number = '12' AND bank-account:bic = 'KASITHBK']",
        {
          kind: 'bank-account',
          subject: { account: '12', institution: { scheme: 'bic', id: 'KASITHBK' }, country: 'TH' },
        },
      ],
    ]
    for (const [pattern, found] of rows) t.same(readPattern(pattern), found, pattern)
    for (const pattern of [
      '',
      '[]',
      "[phone-number:value = 'a'",
      "[phone-number:value != 'a']",
      "[phone-number:value = 'a' OR phone-number:value = 'b']",
      "[phone-number:value = 'a'] AND [phone-number:value = 'b']",
      "[phone-number:value IN ('a')]",
      "[phone-number:value = 'a' AND url:value = 'b']",
      "[phone-number:value = 'a' AND phone-number:value = 'b']",
      "[phone-number:country = 'a']",
      "[bank-account:bic = 'a']",
      "[ipv4-addr:value = 'a']",
      "[phone-number:value = 'a'x]",
    ])
      t.equal(readPattern(pattern), undefined, pattern)
    const before = performance.now()
    readPattern(`[phone-number:value = '${'\\'.repeat(200_001)}]`)
    readPattern(`[phone-number:value = 'a'${' '.repeat(200_000)}x]`)
    t.ok(performance.now() - before < 1000, 'without backtracking')
  },
)

const bodies = (rows: Checked<ImportRow[]>): unknown =>
  rows.ok ? rows.value.map(({ row, from, read }) => [row, from, told(read)]) : rows.refusal.code
const tlp = {
  green: 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  amber: 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82',
}

await t.test(
  'STIX: the strictest marking wins, also over our extension; an observable of an indicator ' +
    'is no second row',
  async (t) => {
    const own = 'marking-definition--11111111-1111-4111-8111-111111111111'
    const objects = [
      { type: 'marking-definition', id: own, extensions: { x: { tlp_2_0: 'amber+strict' } } },
      {
        type: 'phone-number',
        value: '1',
        object_marking_refs: [tlp.green, tlp.amber, 'marking-definition--other'],
      },
      {
        type: 'phone-number',
        value: '2',
        object_marking_refs: [tlp.green, own],
        extensions: {
          [noticeExtension]: {
            extension_type: 'property-extension',
            handling: { tlp: 'CLEAR', codes: ['H1'] },
            subject: { role: 'displayed' },
          },
        },
      },
      { type: 'phone-number', value: '3' },
      {
        type: 'indicator',
        pattern_type: 'stix',
        pattern: "[phone-number:value = '3']",
        valid_until: '2030-01-01T00:00:00Z',
        labels: ['x', 'job-scam'],
      },
      {
        type: 'indicator',
        revoked: true,
        pattern_type: 'stix',
        pattern: "[phone-number:value = '4']",
      },
      { type: 'indicator', pattern_type: 'sigma', pattern: 'x' },
      { type: 'bank-account' },
      null,
      7,
      { type: 'report' },
    ]
    t.same(bodies(readBundle({ type: 'bundle', objects })), [
      [
        1,
        '/objects/1',
        { kind: 'phone-number', subject: { number: '1' }, handling: { tlp: 'AMBER' } },
      ],
      [
        2,
        '/objects/2',
        {
          kind: 'phone-number',
          subject: { number: '2', role: 'displayed' },
          handling: { tlp: 'AMBER+STRICT', codes: ['H1'] },
        },
      ],
      [
        3,
        '/objects/4',
        {
          kind: 'phone-number',
          subject: { number: '3' },
          offences: ['job-scam'],
          handling: { expires: '2030-01-01T00:00:00Z' },
        },
      ],
      [4, '/objects/5', 'import/revoked'],
      [5, '/objects/6', 'import/unsupported-pattern'],
      [6, '/objects/7', 'import/not-stix'],
    ])
    for (const odd of [null, [], {}, { type: 'bundle' }, { type: 'report', objects: [] }])
      t.equal(bodies(readBundle(odd)), 'import/not-stix')
  },
)

await t.test(
  'MISP: objects and attributes become notices with the strictest tag; what is deleted does not',
  async (t) => {
    const attribute = (object_relation: string, value: string, more = {}) => ({
      object_relation,
      value,
      ...more,
    })
    const event = {
      info: 'centre',
      Tag: [{ name: 'tlp:green' }, { name: 'ours:offence="job-scam"' }],
      Object: [
        {
          name: 'phone-number',
          first_seen: '2026-01-01T07:00:00+07:00',
          Attribute: [
            attribute('phone-number', '+66812345678', { Tag: [{ name: 'tlp:amber+strict' }] }),
          ],
        },
        {
          name: 'phone',
          comment: 'sim',
          Attribute: [attribute('msisdn', '66812345678'), attribute('imei', '1')],
        },
        {
          name: 'bank-account',
          Attribute: [attribute('account', '0012'), attribute('swift', 'KASITHBK')],
        },
        {
          name: 'coin-address',
          Attribute: [
            attribute('address-crypto', 'T1'),
            attribute('symbol', 'USDT'),
            attribute('address', 'b', { deleted: true }),
          ],
        },
        {
          name: 'coin-address',
          Attribute: [attribute('address-crypto', '0x1'), attribute('symbol', 'eth')],
        },
        { name: 'file', Attribute: [] },
        { name: 'phone', deleted: true, Attribute: [attribute('msisdn', '1')] },
        'odd',
      ],
      Attribute: [
        { type: 'phone-number', value: '1' },
        { type: 'iban', value: 'X' },
        { type: 'btc', value: 'B' },
        { type: 'xmr', value: 'M' },
        { type: 'ip-dst', value: '1.1.1.1' },
        { type: 'btc', value: 'D', deleted: true },
      ],
    }
    const common = { offences: ['job-scam'], narrative: 'centre', handling: { tlp: 'GREEN' } }
    t.same(bodies(readMispEvent({ Event: event })), [
      [
        1,
        '/Event/Object/0',
        {
          ...common,
          kind: 'phone-number',
          subject: { number: '+66812345678' },
          observed: { first: '2026-01-01T00:00:00.000Z' },
          handling: { tlp: 'AMBER+STRICT' },
        },
      ],
      [
        2,
        '/Event/Object/1',
        {
          ...common,
          kind: 'phone-number',
          subject: { number: '+66812345678' },
          narrative: 'centre\nsim',
        },
      ],
      [
        3,
        '/Event/Object/2',
        {
          ...common,
          kind: 'bank-account',
          subject: {
            account: '0012',
            institution: { scheme: 'bic', id: 'KASITHBK' },
            country: 'TH',
          },
        },
      ],
      [4, '/Event/Object/3', { ...common, kind: 'wallet-address', subject: { address: 'T1' } }],
      [
        5,
        '/Event/Object/4',
        { ...common, kind: 'wallet-address', subject: { address: '0x1', chain: 'evm' } },
      ],
      [6, '/Event/Attribute/0', { ...common, kind: 'phone-number', subject: { number: '1' } }],
      [7, '/Event/Attribute/1', { ...common, kind: 'bank-account', subject: { iban: 'X' } }],
      [
        8,
        '/Event/Attribute/2',
        { ...common, kind: 'wallet-address', subject: { address: 'B', chain: 'bitcoin' } },
      ],
      [
        9,
        '/Event/Attribute/3',
        { ...common, kind: 'wallet-address', subject: { address: 'M', chain: 'monero' } },
      ],
    ])
    for (const odd of [null, [], {}, { Event: 1 }])
      t.equal(bodies(readMispEvent(odd)), 'import/not-misp')
  },
)

await t.test('the converters answer whatever JSON there is', async () => {
  const objects = fc.array(
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record({
        type: fc.constantFrom('indicator', 'phone-number', 'bank-account', 'marking-definition'),
        value: fc.jsonValue({ maxDepth: 1 }),
        pattern: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string()),
        pattern_type: fc.constant('stix'),
        extensions: fc.jsonValue({ maxDepth: 2 }),
        object_marking_refs: fc.jsonValue({ maxDepth: 2 }),
        labels: fc.jsonValue({ maxDepth: 2 }),
      }),
    ),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(
      objects,
      (list) =>
        readBundle({ type: 'bundle', objects: list }).ok &&
        readMispEvent({ Event: { Object: list, Attribute: list, Tag: list } }).ok,
    ),
    { numRuns },
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      readBundle(value)
      readMispEvent(value)
    }),
    { numRuns },
  )
})

await t.test(
  'work in order: at most so much at once, results in order, nothing read ahead of a slow reader',
  async (t) => {
    let [under, most, read] = [0, 0, 0]
    const source = async function* (): AsyncGenerator<number> {
      for (; read < 50;) yield read++
    }
    const work = async (n: number): Promise<number> => {
      most = Math.max(most, ++under)
      await new Promise((done) => setImmediate(done))
      under -= 1
      return n
    }
    const results = inOrder(source(), work, 8)
    t.equal((await results.next()).value, 0)
    t.equal(read, 8, 'no more than the width is read')
    t.same(
      await all(results),
      Array.from({ length: 49 }, (_, i) => i + 1),
    )
    t.equal(most, 8)
    await t.rejects(
      all(
        inOrder(
          source.call((read = 0)),
          async (n) => (n === 3 ? Promise.reject(new Error('away')) : n),
          8,
        ),
      ),
      /away/,
    )
  },
)

await t.test('lines are packed, and none waits for the next', async (t) => {
  const gate = Promise.withResolvers<void>()
  const lines = async function* (): AsyncGenerator<string> {
    yield 'a\n'
    yield 'b\n'
    await gate.promise
    yield 'c\n'
  }
  const packed = packLines(lines())
  t.equal((await packed.next()).value, 'a\nb\n')
  gate.resolve()
  t.same(await all(packed), ['c\n'])
  t.same(await all(packLines(lines(), 1)), ['a\n', 'b\n', 'c\n'])
})

await t.test(
  'lines that are always ready leave the event loop its turns, so that others are served',
  async (t) => {
    const lines = async function* (): AsyncGenerator<string> {
      for (let i = 0; i < 1000; i++) yield `line ${i}\n`
    }
    let turns = 0
    const count = (): void => {
      turns += 1
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    const chunks = await all(packLines(lines(), 100))
    clearImmediate(timer)
    t.equal(chunks.join('').split('\n').length, 1001)
    t.ok(turns >= chunks.length - 1, `${turns} turns for ${chunks.length} chunks`)
  },
)

await t.test(
  'an import that breaks off says so in its last line, with what was taken before',
  async (t) => {
    const rows = async function* (): AsyncGenerator<ImportRow> {
      yield { row: 1, line: 1, read: refuse('body/not-json', '') }
      yield { row: 2, line: 2, read: accept({}) }
      yield { row: 3, line: 3, read: refuse('body/not-json', '') }
    }
    const registry = {
      hasParticipant: () => true,
      hasAgency: () => true,
      hasGroup: () => true,
      hasPartner: () => true,
    }
    const valid = {
      kind: 'phone-number',
      subject: { number: '+66812345678' },
      offences: ['job-scam'],
      handling: { tlp: 'GREEN' },
    }
    const deps = {
      participant: 'TH',
      view: () => registry,
      neverList: neverListOf([]),
      findVersions: async () => Promise.reject(new Error('the database is away')),
    } as unknown as AcceptDeps
    const broken: unknown[] = []
    const given = {
      caller: { subject: 's', agency: 'TH-CCIB', scopes: [] },
      accept: deps,
      presets: [],
      dryRun: false,
      signal: new AbortController().signal,
      onBreak: (error: unknown) => broken.push(error),
    }
    const lines = async (more: object, source: AsyncIterable<ImportRow> = rows()) =>
      (await all(importRows(source, { ...given, ...more }))).map(
        (line) => JSON.parse(line) as Record<string, unknown>,
      )
    t.match(await lines({}), [
      { row: 1, status: 'refused' },
      { row: 2, code: 'notice/missing-member' },
      { row: 3 },
      { summary: { rows: 3, refused: 3 } },
    ])
    t.match(
      await lines({
        presets: Object.entries({
          kind: 'phone-number',
          'subject.number': '+66812345678',
          offences: ['job-scam'],
          'handling.tlp': 'GREEN',
        }).map(([name, value]) => ({ path: paths.get(name)!, value })),
      }),
      [{ row: 1 }, { error: { code: 'import/broken-off' }, summary: { rows: 1, refused: 1 } }],
    )
    t.match(broken, [{ message: 'the database is away' }])
    t.match(
      await lines({ signal: AbortSignal.abort() }),
      [{ error: { code: 'service/unavailable' }, summary: { rows: 0 } }],
      'a gateway that stops',
    )
    let tries = 0
    const stored: unknown[] = []
    const full = {
      ...deps,
      signer: { kid: 'k', sign: async () => Buffer.alloc(64) },
      findVersions: async () => [],
      store: async (s: unknown) =>
        ++tries < 3 ? Promise.reject(new CommitQueueFull('full')) : stored.push(s),
    } as unknown as AcceptDeps
    const one = async function* (): AsyncGenerator<ImportRow> {
      yield { row: 1, read: accept(valid) }
    }
    t.match(
      await lines({ accept: full }, one()),
      [{ row: 1, status: 'accepted' }, { summary: { accepted: 1 } }],
      'waits while too much waits for a commit',
    )
    t.equal(stored.length, 1)
  },
)

await t.test('a single notice must arrive in time, a file may take longer', async (t) => {
  const app = await createHttp({
    service: 'x',
    log: createLog({ service: 'x', level: 'silent' }),
    metrics: createMetrics('x'),
    ready: async () => [],
    api: { title: 'x', version: '1', description: 'x' },
    requestTimeoutMs: 60_000,
  })
  t.teardown(() => app.close())
  limitArrival(app, 150)
  for (const path of ['/v1/notices', '/v1/notices/import']) app.post(path, async () => ({}))
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const slow = async (path: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ` +
        `application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{`,
    )
    setTimeout(() => socket.destroyed || socket.write('}'), 600)
    return text(socket)
  }
  const [single, file] = await Promise.all([slow('/v1/notices'), slow('/v1/notices/import')])
  t.match(single, /^HTTP\/1.1 408 /)
  t.match(file, /^HTTP\/1.1 200 /)
})
