import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

/*
 * `npm run fuzz`: the properties with 10^7 cases. The notice's file spreads FUZZ_RUNS over its
 * properties; the others run each property FUZZ_RUNS times, so they get a hundredth. FUZZ_SEED
 * repeats a run of the notice's file.
 */
const cases = Number(process.env['FUZZ_RUNS'] ?? 10_000_000)
const campaign: readonly (readonly [file: string, runs: number])[] = [
  ['notice-properties.test.ts', cases],
  ...[
    'identifiers-phone-properties.test.ts',
    'identifiers-account-properties.test.ts',
    'identifiers-wallet-properties.test.ts',
    'identifiers-machine-properties.test.ts',
    'identifiers-other-properties.test.ts',
    'identifiers-hostile-properties.test.ts',
    'import-csv-oracle.test.ts',
    'import-misp.test.ts',
    'import-order.test.ts',
  ].map((file) => [file, Math.ceil(cases / 100)] as const),
]

/** One file; its output is shown as it comes, the seed included. */
const run = async (file: string, runs: number): Promise<boolean> => {
  const began = performance.now()
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'unit', file)], {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_RUNS: String(runs), TAP_TIMEOUT: '0' },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  const found = code === 0 ? 'nothing found' : 'FAILED'
  console.log(`# ${file}: FUZZ_RUNS=${runs}, ${seconds} s, ${found}`)
  return code === 0
}

const named = process.argv.slice(2)
const results: boolean[] = []
for (const [file, runs] of campaign.filter(
  ([file]) => named.length === 0 || named.some((name) => file.startsWith(name)),
))
  results.push(await run(file, runs))
process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1
