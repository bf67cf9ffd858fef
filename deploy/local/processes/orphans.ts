import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The environment variable that marks a supervised process, and what it starts, as ours after its
 * supervisor has died.
 */
export const markVariable = 'SWITCHBOARD_SUPERVISED'

const termLimitMs = 8_000
const killLimitMs = 5_000

/** A supervised process without its supervisor. */
export type Orphan = {
  readonly pid: number
  readonly name: string
  readonly signal: NodeJS.Signals
  readonly born: string
}

/** The value of the mark: how to stop the process, its name, and the stack's folder. */
export const markOf = (folder: string, name: string, signal: NodeJS.Signals): string =>
  `${signal} ${name} ${folder}`

/**
 * When a process began, in the kernel's ticks. With the pid it identifies one process for ever.
 * Undefined if the process is gone or only waits to be reaped.
 */
const birthOf = async (pid: number): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stat === '' || state === 'Z' || state === 'X' ? undefined : rest[18]
}

type Environment = ReadonlyMap<string, string>

const environmentOf = async (pid: number): Promise<Environment> => {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  return new Map(
    text
      .split('\0')
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
}

const markIn = (
  environment: Environment,
): { signal: string; name: string; folder: string } | undefined => {
  const [, signal, name, folder] =
    /^(SIG\w+) (\S+) ([^]+)$/.exec(environment.get(markVariable) ?? '') ?? []
  return signal === undefined || name === undefined || folder === undefined
    ? undefined
    : { signal, name, folder }
}

const orphanOf = async (
  pid: number,
  belongs: (environment: Environment) => boolean,
): Promise<Orphan | undefined> => {
  const environment = await environmentOf(pid)
  const born = await birthOf(pid)
  if (born === undefined || !belongs(environment)) return undefined
  const { signal, name } = markIn(environment) ?? { signal: 'SIGTERM', name: 'process' }
  return { pid, name, signal: signal as NodeJS.Signals, born }
}

const findProcesses = async (belongs: (environment: Environment) => boolean): Promise<Orphan[]> => {
  const entries = await readdir('/proc').catch(() => [])
  const pids = entries
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)
  const found = await Promise.all(pids.map((pid) => orphanOf(pid, belongs)))
  return found.filter((orphan) => orphan !== undefined)
}

/**
 * The processes whose mark names exactly this folder. The caller holds the folder's lock, so none
 * of them has a living supervisor.
 */
export const findOrphans = async (folder: string): Promise<Orphan[]> =>
  await findProcesses((environment) => markIn(environment)?.folder === folder)

/**
 * The processes whose environment has that variable with exactly that value: everything that a run
 * started, directly or not.
 */
export const findRun = async (variable: string, value: string): Promise<Orphan[]> =>
  await findProcesses((environment) => environment.get(variable) === value)

const alive = async (orphan: Orphan): Promise<boolean> =>
  (await birthOf(orphan.pid)) === orphan.born

const send = async (orphan: Orphan, signal: NodeJS.Signals): Promise<void> => {
  if (!(await alive(orphan))) return
  try {
    process.kill(orphan.pid, signal)
  } catch {
    /* it ended in between */
  }
}

const allGone = async (orphans: readonly Orphan[], limitMs: number): Promise<boolean> => {
  const deadline = Date.now() + limitMs
  while ((await Promise.all(orphans.map(alive))).some(Boolean)) {
    if (Date.now() > deadline) return false
    await sleep(50)
  }
  return true
}

/** Stops the processes: it asks them first and kills them later. */
export const stopProcesses = async (
  orphans: readonly Orphan[],
  log: (line: string) => void,
): Promise<void> => {
  if (orphans.length === 0) return
  const names = orphans.map(({ name, pid }) => `${name} (${pid})`)
  log(`stopping what was left running: ${names.join(', ')}`)
  await Promise.all(orphans.map((orphan) => send(orphan, orphan.signal)))
  if (await allGone(orphans, termLimitMs)) return
  await Promise.all(orphans.map((orphan) => send(orphan, 'SIGKILL')))
  if (!(await allGone(orphans, killLimitMs)))
    throw new Error(
      `processes left running cannot be stopped: ${orphans.map(({ pid }) => pid).join(', ')}`,
    )
}

/**
 * Stops what a dead supervisor of this folder left behind, and never a process without the folder's
 * mark.
 */
export const stopOrphans = async (folder: string, log: (line: string) => void): Promise<void> => {
  await stopProcesses(await findOrphans(folder), log)
}
