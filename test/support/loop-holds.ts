import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { Test } from 'tap'

/** The longest hold of an event loop: by the clock, and by the processor time of its thread. */
export type Hold = { readonly delayMs: number; readonly computedMs: number }

/**
 * Settings with which services measure how long their event loop is held. `takeHold` answers the
 * longest hold of a process since it was last asked, in ms.
 */
export const measureHolds = async (t: Pick<Test, 'teardown'>) => {
  const folder = await mkdtemp(resolve(tmpdir(), 'loop-holds-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const preload = pathToFileURL(resolve(import.meta.dirname, 'loop-holds-preload.ts')).href
  return {
    env: { NODE_OPTIONS: `--import=${preload}`, LOOP_HOLDS_FOLDER: folder },
    takeHold: async (pid: number): Promise<number> => {
      const said = await text(connect(resolve(folder, `${pid}`)))
      const { delayMs, computedMs } = JSON.parse(said) as Hold
      return Math.min(delayMs, computedMs)
    },
  }
}
