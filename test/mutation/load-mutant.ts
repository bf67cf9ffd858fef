import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { applyMutant, type Mutant } from './mutants.ts'

/** A module of services/core and its change. */
export type Changed = { readonly url: string; readonly mutant: Mutant }

const mutated = ({ url, mutant }: Changed) => ({
  format: 'module-typescript' as const,
  source: applyMutant(readFileSync(fileURLToPath(url), 'utf8'), mutant),
  shortCircuit: true,
})

/**
 * From here on the module is loaded with its change, and all others as they are, for a process that
 * runs the tests once.
 */
export const loadAlways = (changed: Changed): void => {
  registerHooks({
    load: (url, context, nextLoad) =>
      url === changed.url ? mutated(changed) : nextLoad(url, context),
  })
}

const loads = new Map<string, Changed>()
const tag = '?mutant='

/**
 * Imports modules of one folder anew, with everything that they import and one change among them:
 * many times in one process.
 */
export const importChanged = async <T>(
  changed: Changed,
  ...urls: readonly string[]
): Promise<T> => {
  if (loads.size === 0) hookTags(new URL('.', changed.url).href.replace(/decide\/$/, ''))
  const key = `${tag}${loads.size}`
  loads.set(key, changed)
  return Object.assign({}, ...(await Promise.all(urls.map((url) => import(`${url}${key}`))))) as T
}

/**
 * A module that was imported with a tag passes the tag on to the modules of the folder that it
 * imports.
 */
const hookTags = (folder: string): void => {
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const resolved = nextResolve(specifier, context)
      const [, key] = (context.parentURL ?? '').split(tag)
      return key === undefined || !resolved.url.startsWith(folder)
        ? resolved
        : { ...resolved, url: `${resolved.url}${tag}${key}` }
    },
    load: (url, context, nextLoad) => {
      const [plain, key] = url.split(tag)
      const changed = loads.get(`${tag}${key}`)
      return changed !== undefined && changed.url === plain
        ? mutated(changed)
        : nextLoad(url, context)
    },
  })
}
