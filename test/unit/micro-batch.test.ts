import t from 'tap'
import { createMicroBatcher } from '../../services/hub/intake/micro-batch.ts'

type Log = { readonly worked: string[][]; readonly checked: string[][]; mostAhead: number }

/**
 * Records which items are checked and worked. `failing` items make their batch fail once, in the
 * step named.
 */
const batcher = (
  maxItems: number,
  failing: { check?: string; work?: string } = {},
  perSource = maxItems,
) => {
  const log: Log = { worked: [], checked: [], mostAhead: 0 }
  const failures = { ...failing }
  const failOnce = (step: 'check' | 'work', items: readonly string[]): void => {
    if (failures[step] === undefined || !items.includes(failures[step])) return
    delete failures[step]
    throw new Error(`${step} failed`)
  }
  let underWay = 0
  const made = createMicroBatcher<string, string>(
    { items: maxItems, perSource },
    {
      check: async (items) => {
        log.checked.push([...items])
        log.mostAhead = Math.max(log.mostAhead, log.checked.length - log.worked.length)
        failOnce('check', items)
        return items.map((item) => item.toUpperCase())
      },
      work: async (checked) => {
        if (++underWay > 1) t.fail('two batches are worked at a time')
        await new Promise((resolve) => setImmediate(resolve))
        underWay--
        failOnce('work', checked)
        log.worked.push([...checked])
      },
    },
  )
  return { ...made, log }
}

const items = (source: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${source}${i}`)
const upper = (values: readonly string[]): string[] => values.map((v) => v.toUpperCase())
const outcome = (added: Promise<void>): Promise<string> =>
  added.then(
    () => 'taken',
    (error: Error) => error.message,
  )

await t.test(
  'every item is checked and worked once, in the order of its source, at most one batch ahead',
  async (t) => {
    const { add, idle, log } = batcher(4)
    await Promise.all([add('a', items('a', 11)), add('b', items('b', 3)), add('c', [])])
    await idle()
    const worked = log.worked.flat()
    t.same(
      worked.filter((w) => w.startsWith('A')),
      upper(items('a', 11)),
    )
    t.same(
      worked.filter((w) => w.startsWith('B')),
      upper(items('b', 3)),
    )
    t.ok(log.worked.every((batch) => batch.length <= 4))
    t.ok(log.mostAhead <= 2, 'one is worked and one is checked')
  },
)

await t.test(
  'a flood from one source leaves a fair share of the first batches to the others',
  async (t) => {
    const { add, log } = batcher(10)
    await Promise.all([add('flood', items('f', 200)), add('quiet', items('q', 4))])
    const last = log.worked.findLastIndex((batch) => batch.some((w) => w.startsWith('Q')))
    t.ok(last <= 1, `the quiet one was done after batch ${last}`)
  },
)

await t.test(
  'no batch holds more of one source than its bound, however much of it waits and in however ' +
    'many parts',
  async (t) => {
    const { add, idle, log } = batcher(10, {}, 4)
    await Promise.all([
      add('f', items('f', 40)),
      add('f', items('g', 40)),
      add('quiet', items('q', 9)),
    ])
    await idle()
    t.equal(log.worked.flat().length, 89)
    for (const batch of log.worked)
      t.ok(
        batch.filter((w) => /^[FG]/.test(w)).length <= 4 &&
          batch.filter((w) => w.startsWith('Q')).length <= 4,
        batch.join(),
      )
    t.ok(log.worked.findLastIndex((batch) => batch.some((w) => w.startsWith('Q'))) <= 3)
  },
)

await t.test(
  'after a failure nothing later of the same source is worked before it comes again',
  async (t) => {
    for (const step of ['check', 'work'] as const) {
      const failing = step === 'check' ? { check: 'a2' } : { work: 'A2' }
      const { add, idle, log } = batcher(4, failing)
      const [a, b] = await Promise.all([
        outcome(add('a', items('a', 12))),
        outcome(add('b', items('b', 12))),
      ])
      t.equal(a, `${step} failed`)
      t.equal(b, 'taken', 'another source goes on')
      await idle()
      t.same(
        log.worked.flat().filter((w) => w.startsWith('B')),
        upper(items('b', 12)),
      )
      const later = log.worked.flat().filter((w) => w.startsWith('A') && Number(w.slice(1)) > 2)
      t.same(later, [], step)
      t.equal(await outcome(add('a', items('a', 12))), 'taken', 'and comes again')
      t.same(
        log.worked
          .flat()
          .filter((w) => w.startsWith('A'))
          .slice(-12),
        upper(items('a', 12)),
      )
    }
  },
)
