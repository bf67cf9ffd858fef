import type { Test } from 'tap'
import { arrived, statusOf } from '#test/support/clients.ts'
import { info, send, stored, header } from './world.ts'

export const csv = async (t: Test): Promise<void> => {
  const good = (i: number): string =>
    `phone-number,+668${String(10_000_000 + i)},displayed,job-scam;loan-scam,AMBER,KH;VN,` +
    `"row ${i}, with ""quotes""\nand a second line"`

  /** 2,000 rows, of which every hundredth has a fault. */
  const faults = [
    [
      'phone-number,+66,displayed,job-scam,AMBER,KH,impossible',
      { code: 'phone/impossible', pointer: '/subject/number', column: 'subject.number' },
    ],
    [
      'phone-number,+66812345678,displayed,job-scam,PINK,KH,',
      { code: 'notice/bad-value', pointer: '/handling/tlp', column: 'handling.tlp' },
    ],
    [
      'phone-number,+66812345678,displayed,job-scam,AMBER,XX,',
      { code: 'handling/unknown-participant', column: 'handling.release.participants' },
    ],
    ['phone-number,+66812345678,displayed', { code: 'import/column-count' }],
    [
      'phone-number,+66812345678,displayed,job-scam,AMBER,KH,stray " quote',
      { code: 'import/bad-csv' },
    ],
  ] as const

  const csv = [
    header,
    ...Array.from({ length: 2000 }, (_, i) =>
      i % 100 === 99 ? faults[((i - 99) / 100) % faults.length]![0] : good(i),
    ),
  ].join('\r\n')

  await t.test(
    'a dry run of 2,000 rows tells every fault with row, line, column, code and advice, and ' +
      'stores nothing',
    async (t) => {
      const { rows, last } = await send('text/csv', csv, '?dryRun=true')
      t.same(last, {
        summary: { rows: 2000, accepted: 1980, repeated: 0, refused: 20, dryRun: true },
      })
      t.same(
        rows.map((r) => r.row),
        Array.from({ length: 2000 }, (_, i) => i + 1),
        'in order',
      )
      rows
        .filter((r) => r.status === 'refused')
        .forEach((row, i) =>
          t.match(row, {
            row: i * 100 + 100,
            line: 2 + (i * 100 + 99) * 2 - i,
            ...faults[i % faults.length]![1],
            advice: String,
          }),
        )
      t.match(rows[0], {
        line: 2,
        status: 'accepted',
        canonical: { key: '+66810000000' },
        id: /^[0-9a-f]{8}-[0-9a-f]{4}-8/,
      })
      t.notOk('digest' in rows[0]!, 'nothing is signed')
      t.equal(await stored(), 0)
    },
  )

  await t.test(
    'the same file for good takes the good rows; sent again it adds nothing',
    async (t) => {
      const first = await send('text/csv; charset=utf-8', csv)
      t.same(first.last, { summary: { rows: 2000, accepted: 1980, repeated: 0, refused: 20 } })
      t.match(first.rows[0], {
        row: 1,
        line: 2,
        status: 'accepted',
        version: 1,
        digest: /^[0-9a-f]{64}$/,
      })
      t.equal(await stored(), 1980)
      const again = await send('text/csv', csv)
      t.same(again.last, { summary: { rows: 2000, accepted: 0, repeated: 1980, refused: 20 } })
      t.same(
        again.rows.map(({ id, digest }) => [id, digest]),
        first.rows.map(({ id, digest }) => [id, digest]),
        'each row gets its first answer',
      )
      t.equal(await stored(), 1980)
      const id = String(first.rows[0]!['id'])
      const entry = await arrived(info, 'KH-ACD', id, 'all', 60_000)
      t.match(
        entry.notice,
        {
          narrative: 'row 0, with "quotes"\nand a second line',
          offences: ['job-scam', 'loan-scam'],
        },
        'the notice reaches Phnom Penh',
      )
      t.match((await statusOf(info, 'TH', id)).body, {
        notice: { handling: { release: { participants: ['KH', 'VN'] } } },
      })
    },
  )
}
