import { array, assert, asyncProperty, constantFrom, integer, type Arbitrary } from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import type { Page } from '../../services/feeds/reading/page.ts'
import { beginning } from '../../services/feeds/reading/position.ts'
import { createFeedLog, type FeedLog, type Kind } from './feeds-page-fixtures.ts'

const epoch = 1
const logAll = (log: FeedLog, ...kinds: Kind[]): number[] => kinds.map((kind) => log.log(kind))

await t.test(
  '`next` names the last visible entry until its minute is over, and then the last full minute',
  async (t) => {
    const log = createFeedLog()
    const start = await log.poll(undefined)
    t.strictSame(log.namedBy(start.cursor), { minute: log.lastMinute(), epoch }, 'an empty log')
    const [, seen] = logAll(log, 'foreign', 'visible', 'denied', 'foreign')
    const page = await log.poll(start.cursor)
    t.match(page, { items: [{ index: seen }], end: true })
    t.strictSame(log.namedBy(page.cursor), { index: seen, epoch })
    logAll(log, 'denied', 'foreign')
    const again = await log.poll(page.cursor)
    t.match(again, { items: [], end: true, cursor: page.cursor })
    log.passMinutes()
    for (const after of [start.cursor, page.cursor]) {
      const { cursor } = await log.poll(after)
      t.equal(cursor, log.cursorOf({ minute: log.lastMinute(), epoch }), 'its minute is over')
    }
  },
)

await t.test('without anything visible `next` changes each minute and not sooner', async (t) => {
  const log = createFeedLog()
  let { cursor } = await log.poll(undefined)
  for (let minute = 0; minute < 4; minute++) {
    log.passMinutes()
    const next = await log.poll(cursor)
    t.strictSame(log.namedBy(next.cursor), { minute: log.lastMinute(), epoch })
    if (minute % 2 === 0) logAll(log, 'denied', 'foreign')
    t.equal((await log.poll(next.cursor)).cursor, next.cursor)
    cursor = next.cursor
  }
})

await t.test(
  'a reader at a minute, also one that its process does not know yet, gets the next visible entry',
  async (t) => {
    const log = createFeedLog()
    logAll(log, 'visible', 'denied')
    log.passMinutes(2)
    const { cursor } = await log.poll(undefined)
    log.lagBehind(1)
    t.equal((await log.poll(cursor)).cursor, cursor, 'it does not go back')
    const before = log.cursorOf({ minute: log.lastMinute() - 1, epoch })
    const seen = log.log('visible')
    for (const after of [cursor, before])
      t.match(await log.poll(after), { items: [{ index: seen }] })
  },
)

await t.test('a full page says nothing of what follows', async (t) => {
  const ends = await Promise.all(
    [['visible'] as const, ['visible', 'denied', 'foreign'] as const].map(async (kinds) => {
      const log = createFeedLog()
      logAll(log, ...kinds)
      const first = await log.poll(undefined, { limit: 1 })
      const second = await log.poll(first.cursor, { limit: 1 })
      return [first.end, first.cursor, second.end, second.cursor]
    }),
  )
  t.strictSame(ends[0], ends[1])
  t.strictSame([ends[0]![0], ends[0]![2]], [false, true])
})

await t.test(
  'the bound on work ends a page at its last entry or at the end of a full minute, and in the ' +
    'present minute not at all',
  async (t) => {
    const log = createFeedLog()
    const first = log.lastMinute() + 1
    const many = (count: number): void => {
      for (let i = 0; i < count; i++) log.log('denied')
    }
    many(7)
    log.passMinutes()
    many(3)
    const seen = log.log('visible')
    many(5)
    log.passMinutes()
    many(9)
    log.passMinutes()
    many(30)
    const last = log.log('visible')
    const names: unknown[] = []
    for (let after: string | undefined, end = false; !end;) {
      const page = await log.poll(after, { scan: 5, limit: 2 })
      after = page.cursor
      names.push(log.namedBy(after))
      end = page.end
    }
    t.strictSame(names, [
      { minute: first, epoch },
      { index: seen, epoch },
      { minute: first + 1, epoch },
      { minute: first + 2, epoch },
      { index: last, epoch },
    ])
  },
)

await t.test(
  'what waits for victim desks is in a cursor behind it only, and is told from each cursor',
  async (t) => {
    const log = createFeedLog()
    const seen = log.log('visible')
    const held = log.log('victim')
    const before = await log.poll(undefined)
    t.strictSame(log.namedBy(before.cursor), { index: seen, epoch }, 'as if there were nothing')
    t.match(before, { waits: true, end: true })
    const later = log.log('visible')
    const behind = await log.poll(before.cursor)
    t.strictSame(log.namedBy(behind.cursor), { index: later, epoch, waiting: held })
    log.passMinutes()
    const minute = await log.poll(behind.cursor)
    t.strictSame(log.namedBy(minute.cursor), { minute: log.lastMinute(), epoch, waiting: held })
    log.tellDesks()
    for (const { cursor } of [before, behind, minute]) {
      const told = await log.poll(cursor)
      t.ok(told.items.some(({ index }) => index === held))
      t.strictSame(log.namedBy(told.cursor), { minute: log.lastMinute(), epoch })
    }
  },
)

/** What happens to a log and its readers. `invisible`: to a busy log only. */
const steps = array(
  constantFrom(
    'visible',
    'victim',
    'invisible',
    'many',
    'minute',
    'desks',
    'rights',
    'poll',
    'stream',
  ),
  { maxLength: 60 },
)
type Step = typeof steps extends Arbitrary<(infer S)[]> ? S : never

/** Runs a history; answers what the reader saw of it, with the entries by their order. */
const history = async (all: readonly Step[], isBusy: boolean, limit: number, scan: number) => {
  const log = createFeedLog()
  const order = new Map<number, number>()
  const seen: unknown[] = []
  const texts: string[] = []
  const told = { poll: [] as number[], stream: [] as number[] }
  const isOver = { poll: false, stream: false }
  let after: string | undefined
  let from = beginning(epoch)
  /** Entries by their order, and where a cursor came first. */
  const show = (page: Page): void => {
    const shown = log.shown(page)
    const { minute, index } = log.namedBy(shown.at(-1)!)
    texts.push(...shown)
    seen.push({
      items: page.items.map(({ index }) => order.get(index)),
      end: page.end,
      at: minute ?? `entry ${order.get(index!)}`,
      same: shown.map((text) => texts.indexOf(text)),
    })
  }
  const run: Record<Step, () => Promise<void> | void> = {
    visible: () => void order.set(log.log('visible'), order.size),
    victim: () => void order.set(log.log('victim'), order.size),
    invisible: () => void (isBusy && logAll(log, 'denied', 'foreign')),
    many: () => void (isBusy && logAll(log, ...Array<Kind>(25).fill('denied'))),
    minute: () => log.passMinutes(),
    desks: () => log.tellDesks(),
    rights: () => log.changeRights(),
    poll: async () => {
      const page = await log.poll(after, { limit, scan })
      after = page.cursor
      told.poll.push(...page.items.map(({ index }) => order.get(index)!))
      show(page)
      isOver.poll = page.end && page.items.length === 0
    },
    stream: async () => {
      const page = await log.read(from, { limit, scan })
      from = page.next
      told.stream.push(...page.items.map(({ index }) => order.get(index)!))
      show(page)
      isOver.stream = page.end && page.items.length === 0
    },
  }
  for (const step of all) await run[step]()
  log.tellDesks()
  for (const read of ['poll', 'stream'] as const)
    for (isOver[read] = false; !isOver[read];) await run[read]()
  return { seen, told, count: order.size }
}

await t.test(
  'of a busy and a silent log a reader sees the same, by pages and by a stream: entries, ' +
    'cursors, ends',
  async (t) => {
    await t.resolves(
      assert(
        asyncProperty(steps, integer({ min: 1, max: 4 }), async (all, limit) => {
          const [busy, silent] = await Promise.all(
            [true, false].map((isBusy) => history(all, isBusy, limit, 1e6)),
          )
          return isDeepStrictEqual(busy!.seen, silent!.seen)
        }),
        { numRuns: 150 },
      ),
    )
  },
)

await t.test(
  'whatever is logged and however little a page looks at, everything is told, and once if rights ' +
    'do not change',
  async (t) => {
    await t.resolves(
      assert(
        asyncProperty(
          steps,
          integer({ min: 1, max: 4 }),
          integer({ min: 1, max: 30 }),
          async (all, limit, scan) => {
            const { told, count } = await history(all, true, limit, scan)
            const every = Array.from({ length: count }, (_, i) => i)
            return [told.poll, told.stream].every((got) =>
              isDeepStrictEqual(
                (all.includes('rights') ? [...new Set(got)] : got).toSorted((a, b) => a - b),
                every,
              ),
            )
          },
        ),
        { numRuns: 150 },
      ),
    )
  },
)
