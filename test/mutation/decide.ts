import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { checkBlock, type Subject } from '../unit/decide-check.ts'
import { blocks } from '../unit/decide-model.ts'
import { importChanged, type Changed } from './load-mutant.ts'
import { mutantsOf } from './mutants.ts'

/*
 * Mutation testing of what decides who may see what: each small change of the modules below must
 * make a test fail. `npm run mutate [module…]` takes some minutes and exits 1 if a change survives
 * that is not listed as equivalent. A change is held to the small model in this process first,
 * where most die at once, and then to the whole test files.
 */
const core = new URL('../../services/core/', import.meta.url)
const urlOf = (module: string): string => new URL(module, core).href
/** The modules that are changed, and the tests of each that are run before the others. */
const testsOf: Readonly<Record<string, readonly string[]>> = {
  'decide/decide.ts': [
    'decide-by-name.test.ts',
    'decide-tokens.test.ts',
    'decide-total.test.ts',
    'decide-small-model.test.ts',
    'decide-random.test.ts',
  ],
  'rehearsal/rehearse.ts': [
    'rehearse.test.ts',
    'rehearse-by-message.test.ts',
    'rehearse-view.test.ts',
  ],
  'decide/visible-event.ts': [
    'visible-event.test.ts',
    'visible-versions.test.ts',
    'visible-histories.test.ts',
  ],
  'decide/victim-first.ts': ['victim-first.test.ts'],
  'disclosures.ts': [
    'envelope-digests.test.ts',
    'envelope-alterations.test.ts',
    'verify-envelope.test.ts',
    'rehearse-view.test.ts',
  ],
  'decide/purpose.ts': ['rehearse.test.ts', 'victim-first.test.ts'],
}
const inModel = [
  'decide/decide.ts',
  'decide/asked.ts',
  'decide/copy.ts',
  'decide/decision.ts',
  'decide/marking.ts',
  'decide/release.ts',
  'decide/tlp.ts',
  'decide/audience.ts',
  'disclosures.ts',
]
const modules = [...new Set([...inModel, ...Object.keys(testsOf)])]
const limitMs = 300_000

/**
 * Changes that alter nothing anybody can see, each with the proof. Key: the module, the line's
 * text, what was there, what it became.
 */
const equivalent: Readonly<Record<string, string>> = {
  ['decide/release.ts | ' +
  'export const closed = (rule: Rule): Opening => ({ open: false, rule }) | ' +
  '{ open: false, rule } -> {rule}']:
    'a grant is read only as a condition, where an absent `open` is as false',
  ['decide/victim-first.ts | ' +
  '{ participant, agency: id, acknowledged: true, ...(purpose !== undefined && { purpose }) }, | ' +
  'purpose !== undefined && { purpose } -> { purpose }']: 'a purpose that is undefined is as none',
}

type Run = Changed & { readonly module: string; readonly line: string }
type Fate = 'model' | 'tests' | 'limit' | 'survived'
const nameOf = ({ module, mutant, line }: Run): string =>
  `${module} | ${line.trim()} | ${mutant.was} -> ${mutant.text}`

/** A part of each block first: most changes are found there. */
const samples = blocks.map((block) => ({
  ...block,
  notices: block.notices.filter((_, i) => i % 41 === 0),
}))

const failsModel = async (run: Run): Promise<boolean> => {
  try {
    const subject = await importChanged<Subject>(
      run,
      urlOf('decide/decide.ts'),
      urlOf('decide/audience.ts'),
    )
    return [...samples, ...blocks].some(
      (block) => checkBlock(block, subject).difference !== undefined,
    )
  } catch {
    return true // it throws where it answers unchanged
  }
}

/** How a test file ends with the change: TAP_BAIL stops at the first failure. */
const runTest = (run: Run, test: string): Promise<Fate> =>
  new Promise((resolve) => {
    const preload = new URL('preload.ts', import.meta.url).href
    const env = { ...process.env, MUTANT: JSON.stringify(run), TAP_BAIL: '1' }
    const child = spawn(process.execPath, ['--import', preload, test], {
      env,
      stdio: 'ignore',
      timeout: limitMs,
      killSignal: 'SIGKILL',
    })
    child.on('exit', (code) => resolve(code === null ? 'limit' : code === 0 ? 'survived' : 'tests'))
  })

const fateOf = async (run: Run): Promise<Fate> => {
  if (inModel.includes(run.module) && (await failsModel(run))) return 'model'
  const own = testsOf[run.module] ?? []
  for (const test of new Set([...own, ...Object.values(testsOf).flat()])) {
    const fate = await runTest(run, new URL(`../unit/${test}`, import.meta.url).pathname)
    if (fate !== 'survived') return fate
  }
  return 'survived'
}

const runs = modules
  .filter((module) => process.argv.length < 3 || process.argv.includes(module))
  .flatMap((module) => {
    const source = readFileSync(new URL(module, core), 'utf8')
    return mutantsOf(source).map((mutant): Run => ({
      url: urlOf(module),
      module,
      mutant,
      line: source.split('\n')[mutant.line - 1]!,
    }))
  })

const unchanged: Run = {
  url: urlOf('decide/decide.ts'),
  module: 'decide/decide.ts',
  mutant: { start: 0, end: 0, text: '', line: 1, was: '' },
  line: '',
}
if ((await fateOf(unchanged)) !== 'survived')
  throw new Error('the tests fail without any change: run npm test first')

const fates: Record<Fate, Run[]> = { model: [], tests: [], limit: [], survived: [] }
for (const [done, run] of runs.entries()) {
  fates[await fateOf(run)].push(run)
  if (done % 100 === 99)
    console.error(`${done + 1} of ${runs.length}, ${fates.survived.length} survived`)
}

const proven = fates.survived.filter((run) => equivalent[nameOf(run)] !== undefined)
const unexplained = [...fates.survived.filter((run) => !proven.includes(run)), ...fates.limit]
for (const run of unexplained)
  console.log(`${fates.limit.includes(run) ? 'did not end' : 'survived'}: ${nameOf(run)}`)
for (const run of proven) console.log(`equivalent: ${nameOf(run)}: ${equivalent[nameOf(run)]}`)
console.log(
  `${runs.length} mutants: ${fates.model.length} killed by the model, ` +
    `${fates.tests.length} by the other tests, ` +
    `${proven.length} equivalent, ${unexplained.length} survived`,
)
process.exitCode = unexplained.length > 0 ? 1 : 0
