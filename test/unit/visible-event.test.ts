import t from 'tap'
import type { Decision } from '#core/decide/decide.ts'
import { mayGive, visibleEvent, type LoggedVersion } from '#core/decide/visible-event.ts'
import { combine } from './decide-model.ts'
import { readTable } from './decide-table.ts'
import { decisions } from './versions-fixtures.ts'

const sortOf = (name: string): string =>
  ({ suspended: 'barred', hidden: 'hidden', expired: 'over', revoked: 'over' })[name] ?? 'open'

const barred: readonly Decision['rule'][] = ['unknown-reader', 'suspended', 'not-admitted']

await t.test(
  'for every combination, the event is the one of the first row of the README that fits',
  async (t) => {
    const rows = readTable('events')
    const used = new Set<number>()
    const cases = combine({
      newest: Object.keys(decisions),
      own: Object.keys(decisions),
      heldBefore: [true, false],
      isNewestForReader: [true, false],
      status: ['active', 'revoked', 'expired'],
    })
    for (const { newest, own, heldBefore, isNewestForReader, status } of cases) {
      const fits = (cell: string, ...values: string[]): boolean =>
        cell === '-' || values.includes(cell)
      const index = rows.findIndex(
        (row) =>
          fits(row['later entry handed already']!, isNewestForReader ? 'no' : 'yes') &&
          fits(row['newest version']!, sortOf(newest)) &&
          fits(row['this version']!, own === 'suspended' ? 'hidden' : sortOf(own)) &&
          fits(row['held before']!, heldBefore ? 'yes' : 'no') &&
          fits(row['status']!, status),
      )
      used.add(index)
      const event = visibleEvent({
        entryDecision: decisions[own]!,
        newestDecision: decisions[newest]!,
        heldBefore,
        isNewestForReader,
        status: status as LoggedVersion['status'],
      })
      const expected = rows[index]!['event']!.replaceAll('`', '')
      if ((event ?? 'none') !== expected)
        t.fail(
          JSON.stringify({ newest, own, heldBefore, isNewestForReader, status, event, expected }),
        )
    }
    t.same(
      rows.map((_, row) => row).filter((row) => !used.has(row)),
      [],
      `${cases.length} combinations, every row used`,
    )
  },
)

await t.test('a barred reader is told nothing, not even of a withdrawal', async (t) => {
  for (const rule of barred) {
    const denied: Decision = { ...decisions['hidden']!, rule }
    t.equal(
      visibleEvent({
        entryDecision: denied,
        newestDecision: denied,
        heldBefore: true,
        isNewestForReader: true,
        status: 'active',
      }),
      null,
      rule,
    )
  }
})

await t.test(
  'content goes with an event only where this version and the newest both give it',
  async (t) => {
    for (const [own, newest, gives] of [
      ['open', 'open', true],
      ['open', 'hidden', false],
      ['hidden', 'open', false],
      ['pending', 'open', false],
      ['open', 'pending', false],
      ['originator', 'originator', true],
    ] as const) {
      t.equal(
        mayGive({ entryDecision: decisions[own]!, newestDecision: decisions[newest]! }),
        gives,
        `${own}, newest ${newest}`,
      )
    }
  },
)
