import { setTimeout as sleep } from 'node:timers/promises'
import type { StartedTestContainer } from 'testcontainers'
import type { Child, Surroundings } from './child.ts'
import { dockerClient, type LocalContainer } from './container.ts'

const pollMs = 500
const readyLimitMs = 120_000

/** Keeps a container among the supervised: the engine starts it again when it is killed, and this watches under which pid. */
export const keepContainer = (container: LocalContainer, serves: () => Promise<boolean>, { name, onChange, log }: Surroundings): Child => {
  let started: StartedTestContainer | undefined
  let pid: number | undefined
  const ending = new AbortController()
  const { signal } = ending
  let watching = Promise.resolve()

  const look = async (): Promise<void> => {
    if (started === undefined) return
    const { State: state } = await (await dockerClient()).container.getById(started.getId()).inspect()
    const seen = state.Running ? state.Pid : undefined
    if (seen === pid) return
    if (seen === undefined && !signal.aborted) log(`${name} ended (exit code ${state.ExitCode}); the engine starts it again`)
    pid = seen
    onChange()
  }

  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      await look().catch(() => {})
      await sleep(pollMs, undefined, { signal }).catch(() => {})
    }
  }

  const untilReady = async (): Promise<void> => {
    started = await container.start()
    await look()
    watching = watch()
    const deadline = performance.now() + readyLimitMs
    while (!await serves().catch(() => false)) {
      if (signal.aborted || performance.now() > deadline) throw new Error(`${name} does not serve in its container`)
      await sleep(100)
    }
  }

  const stop = async (): Promise<void> => {
    ending.abort()
    await watching
    await started?.stop({ timeout: 20_000, remove: true })
    pid = undefined
    onChange()
  }

  // What is left by a supervisor that could not wait is removed by the next start in the same folder, or by the container reaper.
  return { pid: () => pid, untilReady, stop, abandon: () => { ending.abort() } }
}
