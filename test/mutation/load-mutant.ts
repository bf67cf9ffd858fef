import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { applyMutant } from './mutants.ts'

/** Preloaded into a test run: the one module named by MUTANT_URL is loaded with its change, everything else as it is. */
const { MUTANT_URL: target, MUTANT: change } = process.env

registerHooks({
  load: (url, context, nextLoad) =>
    url === target
      ? { format: 'module-typescript', source: applyMutant(readFileSync(fileURLToPath(url), 'utf8'), JSON.parse(change!)), shortCircuit: true }
      : nextLoad(url, context),
})
