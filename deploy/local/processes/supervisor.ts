import { keepRunning, type Child, type ProcessPlan, type Surroundings } from './child.ts'
import { lockFolder } from './lock.ts'
import { stopOrphans } from './orphans.ts'
import { makeFolder } from '../project.ts'

export type Pids = Readonly<Record<string, number>>

/**
 * Starts processes, starts a dead process again within two seconds, and stops all in reverse order.
 */
export type Supervisor = {
  readonly folder: string
  /**
   * Resolves when the process serves. Throws, with the end of its log, if it ends first or takes
   * too long. From then on it is kept running.
   */
  readonly start: (name: string, plan: ProcessPlan) => Promise<void>
  /** The same for something that is kept running in another way, such as a container. */
  readonly keep: (name: string, make: MakeChild) => Promise<void>
  readonly stop: (name: string) => Promise<void>
  /** Stops everything, the last started first, and gives the folder back. Safe to call twice. */
  readonly stopAll: () => Promise<void>
  /**
   * The running processes by name, in the order of their starts. A process between two lives is
   * absent.
   */
  readonly pids: () => Pids
}

/** The process calls `onChange` whenever its pid may have changed. */
type MakeChild = (surroundings: Surroundings) => Child

export type SuperviseOptions = {
  /** Has `logs/<process>.log`. One supervisor has it at a time. */
  readonly folder: string
  /** Called after every start and end of a process. */
  readonly onPids?: (pids: Pids) => void
  readonly log?: (line: string) => void
}

const runningPids = (children: ReadonlyMap<string, Child>): Pids =>
  Object.fromEntries(
    [...children].flatMap(([name, child]) => {
      const pid = child.pid()
      return pid === undefined ? [] : [[name, pid]]
    }),
  )

const takeFolder = async (
  folder: string,
  log: (line: string) => void,
): Promise<() => Promise<void>> => {
  const unlock = await lockFolder(folder)
  try {
    await makeFolder(folder)
    await stopOrphans(folder, log)
    return unlock
  } catch (error) {
    await unlock()
    throw error
  }
}

/**
 * Takes the folder, and first stops what a killed supervisor of the same folder left running. A
 * supervisor that exits asks its processes to end; one that is killed with SIGKILL leaves them to
 * the next start.
 */
export const supervise = async ({
  folder,
  onPids = () => {},
  log = () => {},
}: SuperviseOptions): Promise<Supervisor> => {
  const unlock = await takeFolder(folder, log)
  const children = new Map<string, Child>()
  let stopped: Promise<void> | undefined

  const pids = (): Pids => runningPids(children)
  const abandonAll = (): void => {
    for (const child of [...children.values()].toReversed()) child.abandon()
  }
  process.on('exit', abandonAll)

  const stop = async (name: string): Promise<void> => {
    await children.get(name)?.stop()
    children.delete(name)
  }

  const keep = async (name: string, make: MakeChild): Promise<void> => {
    if (stopped !== undefined) throw new Error(`${name} cannot start: the supervisor is stopping`)
    if (children.has(name)) throw new Error(`${name} is started already`)
    const child = make({
      folder,
      name,
      log,
      onChange: () => {
        onPids(pids())
      },
    })
    children.set(name, child)
    onPids(pids())
    try {
      await child.untilReady()
    } catch (error) {
      await stop(name)
      throw error
    }
  }

  const stopEach = async (): Promise<void> => {
    for (const name of [...children.keys()].toReversed()) await stop(name)
    process.off('exit', abandonAll)
    await unlock()
  }

  return {
    folder,
    start: (name, plan) => keep(name, (surroundings) => keepRunning(plan, surroundings)),
    keep,
    stop,
    pids,
    stopAll: async () => {
      await (stopped ??= stopEach())
    },
  }
}
