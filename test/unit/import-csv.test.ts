import t from 'tap'
import { csvRecords } from '../../services/gateway/import/csv-records.ts'
import { readLines, rowLimitBytes } from '../../services/gateway/import/lines.ts'
import { all, told } from './import-fixtures.ts'
import { cut } from './import-csv-fixtures.ts'

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

await t.test('CSV: a fault costs one row, and what stands behind it is read', async (t) => {
  for (const [title, text, expected] of rows)
    t.same(await records(text, title.includes('long') ? 65_536 : 7), expected, title)
})
