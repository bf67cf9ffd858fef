import { parseArgs } from 'node:util'
import { startBenchSystem, type BenchSystem } from './bench-system.ts'
import { budget } from './budget.ts'
import { demo } from './demo.ts'
import { e2eLatency } from './e2e-latency.ts'
import { feedsFanout } from './feeds-fanout.ts'
import { feedsPage } from './feeds-page.ts'
import {
  fullAmounts,
  quickAmounts,
  type AloneFigure,
  type Amounts,
  type Figure,
  type Line,
} from './figure.ts'
import { gatewayImport } from './gateway-import.ts'
import { gatewayPost } from './gateway-post.ts'
import { hubFlood } from './hub-flood.ts'
import { hubIntake, hubTwo } from './hub-intake.ts'
import { memory } from './memory.ts'
import { keepProfiles, monotonicMicros, profileEnvironment } from './profile.ts'

/**
 * In the order they are measured: what fills the log comes last. Each group has a system of its
 * own.
 */
const groups: readonly (readonly Figure[])[] = [
  [
    gatewayPost(10),
    gatewayPost(50),
    gatewayImport,
    budget,
    e2eLatency,
    hubIntake,
    hubTwo,
    hubFlood,
    feedsFanout,
    memory,
  ],
  [feedsPage],
]
const alone: readonly AloneFigure[] = [demo]
const names = [...alone, ...groups.flat()].map((f) => f.name)

const help = `npm run bench [-- name …]            one JSON line per figure: ${names.join(', ')}
npm run bench -- --quick             small amounts: tells that it works, not how fast
npm run bench -- --profile NAME      measures one figure and writes a CPU profile of its service to
                                     .switchboard/bench/profiles/
npm run bench -- --notices N --entries N --readers N
                                     the amounts of memory and budget, of the larger log of
                                     feeds.page, of open streams`

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      notices: { type: 'string' },
      entries: { type: 'string' },
      readers: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(help)
  const wanted = values.profile === undefined ? positionals : [values.profile]
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no figure ${unknown}\n${help}`)
  const isWanted = ({ name }: { name: string }): boolean =>
    wanted.length === 0 || wanted.includes(name)
  const amounts = amountsOf(values.quick ? quickAmounts : fullAmounts, values)
  for (const figure of alone.filter(isWanted)) print(await figure.measure(amounts))
  for (const group of groups) await measureIn(group.filter(isWanted), amounts, values.profile)
}

const measureIn = async (
  chosen: readonly Figure[],
  amounts: Amounts,
  profile: string | undefined,
): Promise<void> => {
  if (chosen.length === 0) return
  const bench = await startBenchSystem(profile === undefined ? {} : await profileEnvironment())
  const since = monotonicMicros()
  const stop = (): void => void bench.close().finally(() => process.exit(1))
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, stop)
  try {
    await measure(chosen, bench, amounts)
  } finally {
    for (const signal of signals) process.off(signal, stop)
    await bench.close()
  }
  if (profile !== undefined)
    for (const line of await keepProfiles(profile, chosen[0]!.service, bench.processes(), since))
      console.error(line)
}

const measure = async (
  chosen: readonly Figure[],
  bench: BenchSystem,
  amounts: Amounts,
): Promise<void> => {
  for (const figure of chosen) print(await figure.measure(bench, amounts))
}

const print = (lines: readonly Line[]): void =>
  lines.forEach((line) => console.log(JSON.stringify(line)))

const amountsOf = (
  amounts: Amounts,
  given: { notices?: string; entries?: string; readers?: string },
): Amounts => ({
  ...amounts,
  ...(given.notices !== undefined && {
    memoryNotices: Number(given.notices),
    intakeNotices: Math.min(amounts.intakeNotices, Number(given.notices)),
    budgetNotices: Number(given.notices),
  }),
  ...(given.entries !== undefined && {
    pageEntries: [amounts.pageEntries[0], Number(given.entries)],
  }),
  ...(given.readers !== undefined && {
    fanoutReaders: Number(given.readers),
    memoryReaders: Number(given.readers),
  }),
})

await main()
