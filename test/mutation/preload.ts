import { loadAlways, type Changed } from './load-mutant.ts'

/** Preloaded into a test run: the change is in the environment. */
loadAlways(JSON.parse(process.env['MUTANT']!) as Changed)
