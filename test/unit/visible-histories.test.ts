import * as fc from 'fast-check'
import t from 'tap'
import { decide, type Marked, type Release } from '#core/decide/decide.ts'
import { holds, visibleEvent, type NoticeEvent } from '#core/decide/visible-event.ts'
import { now, plain } from './decide-model.ts'
import { registry, reader } from './versions-fixtures.ts'

await t.test(
  'a reader holds a notice from the first event of it until its withdrawal',
  async (t) => {
    const rows: readonly [readonly NoticeEvent[], boolean][] = [
      [[], false],
      [['notice.published'], true],
      [['notice.published', 'notice.withdrawn'], false],
      [['notice.published', 'notice.withdrawn', 'notice.published'], true],
      [['notice.published', 'notice.revoked'], true],
    ]
    for (const [events, held] of rows) t.equal(holds(events), held, events.join() || 'no event')
  },
)

type Version = { readonly open: boolean; readonly status?: Marked['status'] }

/**
 * Reads a notice's entries as a feed does: `readUpTo` says how far the log had grown at each read.
 */
const follow = (
  versions: readonly Version[],
  readUpTo: readonly number[],
  by = reader,
): NoticeEvent[] => {
  const release = (open: boolean): Release => ({ participants: open ? ['M2'] : ['D'] })
  const marked = versions.map(({ open, status = 'active' }): Marked => ({
    ...plain,
    status,
    release: release(open),
  }))
  const events: NoticeEvent[] = []
  let position = 0
  for (const length of readUpTo)
    for (; position < length; position += 1) {
      const entryDecision = decide(by, marked[position]!, registry, now)
      const newestDecision = decide(by, marked[length - 1]!, registry, now)
      const event = visibleEvent({
        entryDecision,
        newestDecision,
        heldBefore: holds(events),
        isNewestForReader: true,
        status: marked[position]!.status,
      })
      if (event !== null) events.push(event)
    }
  return events
}

const [yes, no] = [{ open: true }, { open: false }]

const histories: readonly [
  string,
  readonly Version[],
  readonly number[],
  readonly NoticeEvent[],
][] = [
  ['a version, then the next', [yes, yes], [1, 2], ['notice.published', 'notice.updated']],
  ['one that never held gets version 2 as published', [no, yes], [1, 2], ['notice.published']],
  ['the same when catching up', [no, yes], [2], ['notice.published']],
  [
    'one that loses access is told of the withdrawal',
    [yes, no],
    [1, 2],
    ['notice.published', 'notice.withdrawn'],
  ],
  ['one that never held the version that was open is told nothing', [yes, no], [2], []],
  [
    'a withdrawal is told once',
    [yes, no, no, no],
    [1, 4],
    ['notice.published', 'notice.withdrawn'],
  ],
  [
    'one that regains access gets it as published',
    [yes, no, yes],
    [1, 2, 3],
    ['notice.published', 'notice.withdrawn', 'notice.published'],
  ],
  [
    'one that slept over the loss gets the update',
    [yes, no, yes],
    [1, 3],
    ['notice.published', 'notice.updated'],
  ],
  [
    'a revocation, to one that holds it',
    [yes, { open: true, status: 'revoked' }],
    [1, 2],
    ['notice.published', 'notice.revoked'],
  ],
  ['no revocation, to one that never held it', [yes, { open: true, status: 'revoked' }], [2], []],
  [
    'no revocation, to one that was told of the withdrawal',
    [yes, no, { open: true, status: 'revoked' }],
    [1, 2, 3],
    ['notice.published', 'notice.withdrawn'],
  ],
  [
    'an expiry, to one that holds it',
    [yes, { open: true, status: 'expired' }],
    [1, 2],
    ['notice.published', 'notice.expired'],
  ],
  ['no expiry, to one that never held it', [yes, { open: true, status: 'expired' }], [2], []],
]

await t.test('what a reader is told of a notice, live and catching up', async (t) => {
  for (const [title, versions, reads, events] of histories)
    t.same(follow(versions, reads), events, title)
  const own = follow([no, { open: false, status: 'expired' }], [2], {
    participant: 'M1',
    agency: 'M1-SUB',
  })
  t.same(
    own,
    ['notice.published', 'notice.expired'],
    'the originator follows its own notice to the end',
  )
})

await t.test(
  'however a reader reads, it ends up holding a notice exactly where the newest version allows it',
  async (t) => {
    const versions = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(versions, fc.array(fc.integer({ min: 1, max: 6 })), (open, stops) => {
        const reads = [
          ...new Set([...stops.filter((stop) => stop < open.length), open.length]),
        ].sort((a, b) => a - b)
        const events = follow(
          open.map((open) => ({ open })),
          reads,
        )
        const twice = events.some(
          (event, i) =>
            event === 'notice.withdrawn' && (i === 0 || events[i - 1] === 'notice.withdrawn'),
        )
        return holds(events) === open.at(-1) && !twice
      }),
      { numRuns: 2000 },
    )
    t.pass('2000 histories')
  },
)
