import type { Decision, Marked, Reader } from '#core/decide/decide.ts'
import type { Registry } from '#core/registry/registry.ts'
import { disclosures } from '#core/disclosures.ts'
import { now, sizeOf, type Block, type World } from './decide-model.ts'
import { oracle, type Seen } from './decide-oracle.ts'
import { decideByTable, decisionRowCount, marksByTable, type Asking } from './decide-table.ts'

/** The functions that are compared with the model: the real ones, or mutants of them. */
export type Subject = {
  readonly decide: (reader: Reader, notice: Marked, registry: Registry, now: number) => Decision
  readonly audienceTokens: (notice: Marked) => string[]
  readonly readerTokens: (reader: Reader, registry: Registry, now: number) => string[]
}

export type Outcome = {
  readonly cases: number
  readonly rowsUsed: ReadonlySet<number>
  readonly seen: number
  readonly difference?: string
}
export const rowCount = decisionRowCount

const bits = new Map<string, number>(disclosures.map((name, i) => [name, 1 << i]))
const mask = (names: Iterable<string>): number => {
  let sum = 0
  for (const name of names) sum |= bits.get(name) ?? 1 << 30
  return sum
}
const memo = <K extends object>(make: (key: K) => number) => {
  const made = new WeakMap<K, number>()
  return (key: K): number => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}
const maskOfSet = memo((names: ReadonlySet<string>) => mask(names))
const maskOfList = memo((names: readonly string[]) => mask(names))

const marksOf = (d: Decision): string =>
  [
    d.copyTlp ? `copyTlp: ${d.copyTlp}` : '',
    d.adviceOnly ? `adviceOnly: ${d.adviceOnly}` : '',
    d.conditions ? 'conditions' : '',
    d.notToBePassedOn ? 'notToBePassedOn' : '',
  ]
    .filter((mark) => mark !== '')
    .join()

const markNames: Readonly<Record<string, string>> = {
  'AMBER+STRICT': 'copyTlp: AMBER+STRICT',
  'advice only block': 'adviceOnly: block',
}
const everything = mask(disclosures)

/**
 * Compares what is shown, and the marks where content is shown. Only the table knows the marks of a
 * copy whose conditions are pending.
 */
const agreesWithOracle = (decided: Decision, seen: Seen): boolean => {
  if (decided.content !== seen.content || decided.existence !== seen.existence) return false
  if ((everything & ~maskOfList(decided.withhold)) !== maskOfSet(seen.shown)) return false
  return (
    !decided.content ||
    marksOf(decided).split(',').sort().join() ===
      seen.marks
        .map((m) => markNames[m] ?? m)
        .sort()
        .join()
  )
}

const agreesWithTable = (decided: Decision, asking: Asking, rowsUsed: Set<number>): boolean => {
  const { row, expected } = decideByTable(asking)
  rowsUsed.add(row)
  return (
    decided.rule === expected.rule &&
    decided.content === expected.content &&
    decided.existence === expected.existence &&
    maskOfList(decided.withhold) === maskOfList(expected.withhold) &&
    marksOf(decided) === marksByTable(asking, expected).join()
  )
}

const describe = (what: string, asking: Asking, world: World, decided: Decision): string =>
  `${what}: ` +
  JSON.stringify({ reader: asking.reader, notice: asking.notice, world: world.name, decided })

/**
 * Decides every case of a block. It stops at the first case where an oracle disagrees, or where a
 * reader may know of the notice but holds none of its tokens.
 */
export const checkBlock = (block: Block, subject: Subject, stopAt = 1): Outcome => {
  const rowsUsed = new Set<number>()
  const held = block.worlds.map(({ registry }) =>
    block.readers.map((reader) => new Set(subject.readerTokens(reader, registry, now))),
  )
  const audiences = new Map<Marked, string[]>()
  const tokensOf = (notice: Marked): string[] => {
    if (!audiences.has(notice)) audiences.set(notice, subject.audienceTokens(notice))
    return audiences.get(notice)!
  }
  const differences: string[] = []
  let seenCount = 0
  for (const [w, world] of block.worlds.entries())
    for (const notice of block.notices) {
      const expected = oracle(notice, world.registry, now)
      for (const [r, reader] of block.readers.entries()) {
        const asking: Asking = { reader, notice, registry: world.registry, now }
        const decided = subject.decide(reader, notice, world.registry, now)
        const fault = !agreesWithOracle(decided, expected(reader))
          ? 'the oracle differs'
          : !agreesWithTable(decided, asking, rowsUsed)
            ? 'the README differs'
            : decided.existence && !tokensOf(notice).some((token) => held[w]![r]!.has(token))
              ? 'no token'
              : undefined
        if (decided.existence) seenCount += 1
        if (fault !== undefined) differences.push(describe(fault, asking, world, decided))
        if (differences.length >= stopAt)
          return {
            cases: sizeOf(block),
            rowsUsed,
            seen: seenCount,
            difference: differences.join('\n'),
          }
      }
    }
  return { cases: sizeOf(block), rowsUsed, seen: seenCount }
}
