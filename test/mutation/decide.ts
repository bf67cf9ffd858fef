import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mutantsOf, type Mutant } from './mutants.ts'

/*
 * Mutation testing of what decides who may see what: each small change of the modules below must make a test fail.
 * `npm run mutate [file…]` takes some minutes on two cores and exits 1 if a change survives that is not listed as equivalent.
 */
const core = new URL('../../services/core/', import.meta.url)
const tests = ['decide', 'versions'].map((name) => new URL(`../unit/${name}.test.ts`, import.meta.url).pathname)
const modules = [
  'decide.ts', 'decide/asked.ts', 'decide/copy.ts', 'decide/decision.ts', 'decide/marking.ts', 'decide/release.ts', 'decide/tlp.ts',
  'audience.ts', 'rehearse.ts', 'versions.ts', 'disclosures.ts',
]
const atOnce = 1
const limitMs = 60_000

/** Changes that alter nothing anybody can see, each with the proof. Key: the line's text, what was there, what it became. */
const equivalent: Readonly<Record<string, string>> = {
  'decide/release.ts | export const closed = (rule: Rule): Grant => ({ open: false, rule }) | { open: false, rule } -> {rule}':
    'a grant is read only as a condition, where an absent `open` is as false',
}

type Run = { readonly module: string; readonly mutant: Mutant; readonly line: string }
const nameOf = ({ module, mutant, line }: Run): string => `${module} | ${line.trim()} | ${mutant.was} -> ${mutant.text}`

/** Resolves with whether a test failed (or did not end): TAP_BAIL stops at the first failure. */
const isKilled = (run: Run, test: string): Promise<boolean> =>
  new Promise((resolve) => {
    const preload = new URL('load-mutant.ts', import.meta.url).href
    const env = { ...process.env, MUTANT_URL: new URL(run.module, core).href, MUTANT: JSON.stringify(run.mutant), TAP_BAIL: '1' }
    const child = spawn(process.execPath, ['--import', preload, test], { env, stdio: 'ignore', timeout: limitMs, killSignal: 'SIGKILL' })
    child.on('exit', (code) => resolve(code !== 0))
  })

const survives = async (run: Run): Promise<boolean> => {
  for (const test of run.module === 'versions.ts' ? tests.toReversed() : tests) if (await isKilled(run, test)) return false
  return true
}

const runs = modules.filter((module) => process.argv.length < 3 || process.argv.includes(module)).flatMap((module) => {
  const source = readFileSync(new URL(module, core), 'utf8')
  return mutantsOf(source).map((mutant): Run => ({ module, mutant, line: source.split('\n')[mutant.line - 1]! }))
})

const unmutated: Run = { module: 'decide.ts', mutant: { start: 0, end: 0, text: '', line: 1, was: '' }, line: '' }
if (!(await survives(unmutated))) throw new Error('the tests fail without any change: run npm test first')

const survivors: Run[] = []
const queue = [...runs]
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
    if (await survives(run)) survivors.push(run)
    if (queue.length % 50 === 0) console.error(`${queue.length} to go, ${survivors.length} survived`)
  }
}))

const unexplained = survivors.filter((run) => equivalent[nameOf(run)] === undefined)
for (const run of unexplained) console.log(`survived: ${nameOf(run)}`)
for (const run of survivors.filter((run) => !unexplained.includes(run))) console.log(`equivalent: ${nameOf(run)}: ${equivalent[nameOf(run)]}`)
console.log(`${runs.length} mutants, ${runs.length - survivors.length} killed, ${survivors.length - unexplained.length} equivalent, ${unexplained.length} survived`)
process.exitCode = unexplained.length > 0 ? 1 : 0
