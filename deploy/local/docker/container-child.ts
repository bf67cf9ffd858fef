import { setTimeout as sleep } from 'node:timers/promises'
import type { Child, Surroundings } from '../processes/child.ts'
import { dockerClient, lastLinesOf, removeContainer, type LocalContainer } from './container.ts'

const lookMs = 500
const askMs = 100
const readyLimitMs = 120_000

const waitServing = async (serves: () => Promise<boolean>, ending: AbortSignal): Promise<void> => {
  const deadline = performance.now() + readyLimitMs
  while (!(await serves().catch(() => false))) {
    if (ending.aborted || performance.now() > deadline)
      throw new Error(`not within ${readyLimitMs} ms`)
    await sleep(askMs)
  }
}

/**
 * Keeps a container among the supervised processes. The engine starts it again when it is killed;
 * this watches its pid.
 */
export const keepContainer = (
  container: LocalContainer,
  serves: () => Promise<boolean>,
  { name, onChange, log }: Surroundings,
): Child => {
  const ending = new AbortController()
  const { signal } = ending
  let pid: number | undefined
  let watching = Promise.resolve()

  const look = async (id: string): Promise<void> => {
    const { State: state } = await (await dockerClient()).container.getById(id).inspect()
    // Between two lives the engine calls the container running and gives it no pid.
    const seen = state.Running && state.Pid > 0 ? state.Pid : undefined
    if (seen === pid) return
    if (seen === undefined && !signal.aborted)
      log(`${name} ended (exit code ${state.ExitCode}); the engine starts it again`)
    pid = seen
    onChange()
  }

  const watch = async (id: string): Promise<void> => {
    while (!signal.aborted) {
      await look(id).catch(() => {})
      await sleep(lookMs, undefined, { signal }).catch(() => {})
    }
  }

  const serve = async (): Promise<void> => {
    const id = (await container.start()).getId()
    await look(id)
    watching = watch(id)
    await waitServing(serves, signal)
  }

  const untilReady = async (): Promise<void> => {
    await serve().catch(async (cause: Error) => {
      const said = await lastLinesOf(container.id)
      const problem = `${name} does not serve in its container (${cause.message})`
      throw new Error(`${problem}, which says:\n${said}`, { cause })
    })
  }

  const stop = async (): Promise<void> => {
    ending.abort()
    await watching
    if (container.id !== undefined) await removeContainer(container.id)
    pid = undefined
    onChange()
  }

  // A container that a supervisor left behind is removed by the next start in the same folder, or
  // by the container reaper.
  return {
    pid: () => pid,
    untilReady,
    stop,
    abandon: () => ending.abort(),
  }
}
