import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { boundLog, lastLines, turnLog } from './log-file.ts'
import { markOf, markVariable } from './orphans.ts'

/** How one process is run. */
export type ProcessPlan = {
  readonly command: string
  readonly args: readonly string[]
  /** Added to the supervisor's own environment. */
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** The user to run as. Only the superuser may name another user. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** Whether it serves. A rejection counts as "not yet". */
  readonly ready: () => Promise<boolean>
  readonly readyTimeoutMs?: number
  /** Asks for a clean end. Default: SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  /** After this time the process is killed, in ms. */
  readonly stopTimeoutMs?: number
  /** An absolute path. Default: `<folder>/logs/<name>.log`. */
  readonly logFile?: string
}

/** A process that is started again whenever it dies, until it is stopped. */
export type Child = {
  readonly pid: () => number | undefined
  /** Resolves when it serves for the first time. Rejects if it ends first, or takes too long. */
  readonly untilReady: () => Promise<void>
  readonly stop: () => Promise<void>
  /** For the end of the supervisor: asks the process to end and does not wait. */
  readonly abandon: () => void
}

/** What a supervisor gives to the processes that it keeps running. */
export type Surroundings = {
  readonly folder: string
  readonly name: string
  readonly onChange: () => void
  readonly log: (line: string) => void
}

const firstDelayMs = 200
const maxDelayMs = 1_600
const steadyAfterMs = 10_000
const logCheckMs = 10_000
const askTimeoutMs = 5_000
const pollMs = 50

/**
 * The wait before the next start, in ms: short at first, doubled while starts fail in a row, and
 * always below the two seconds that the demo promises.
 */
export const restartDelayMs = (failuresInARow: number): number =>
  Math.min(firstDelayMs * 2 ** failuresInARow, maxDelayMs)

const launch = (plan: ProcessPlan, logFile: string, mark: string): ChildProcess => {
  const output = openSync(logFile, 'a', 0o600)
  try {
    return spawn(plan.command, plan.args, {
      // A process group of its own: the terminal's Ctrl-C reaches the supervisor alone, which stops
      // its processes in order.
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...plan.env, [markVariable]: mark },
      ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
      ...plan.user,
    })
  } finally {
    closeSync(output)
  }
}

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    /* the group has ended */
  }
}

const asksReady = async (plan: ProcessPlan): Promise<boolean> =>
  await Promise.race([plan.ready().catch(() => false), sleep(askTimeoutMs, false, { ref: false })])

/**
 * Resolves when the process serves. Throws, with the end of its log, if it has ended or takes too
 * long.
 */
const waitReady = async (
  plan: ProcessPlan,
  name: string,
  logFile: string,
  ended: () => string | undefined,
): Promise<void> => {
  const limitMs = plan.readyTimeoutMs ?? 60_000
  const deadline = performance.now() + limitMs
  const says = (what: string): Error =>
    new Error(`${name} ${what}; ${logFile} says:\n${lastLines(logFile)}`)
  while (!(await asksReady(plan))) {
    const end = ended()
    if (end !== undefined) throw says(`ended (${end}) before it was ready`)
    if (performance.now() > deadline) throw says(`is not ready after ${limitMs} ms`)
    await sleep(pollMs)
  }
}

/**
 * A process that cannot be started reports an error. A process that was started may report both.
 */
const onceEnded = (child: ChildProcess, onEnd: (reason: string) => void): void => {
  child.once('error', (error) => onEnd(error.message))
  child.once('exit', (code, by) => onEnd(by ?? `exit code ${code}`))
}

const endProcess = async (
  child: ChildProcess,
  signal: NodeJS.Signals,
  limitMs: number,
): Promise<void> => {
  child.kill(signal)
  const limit = setTimeout(() => {
    signalGroup(child, 'SIGKILL')
  }, limitMs)
  await once(child, 'exit')
  clearTimeout(limit)
  signalGroup(child, 'SIGKILL')
}

/** Starts a process and keeps it running. */
export const keepRunning = (
  plan: ProcessPlan,
  { folder, name, onChange, log }: Surroundings,
): Child => {
  const signal = plan.stopSignal ?? 'SIGTERM'
  const logFile = plan.logFile ?? `${folder}/logs/${name}.log`
  const mark = markOf(folder, name, signal)
  let current: ChildProcess
  let over = false
  let served = false
  let stopping = false
  let failures = 0
  let restart: NodeJS.Timeout | undefined
  let lastEnd = ''

  const start = (): void => {
    const startedAt = performance.now()
    current = launch(plan, logFile, mark)
    const life = current
    over = false
    const onEnd = (reason: string): void => {
      if (over || life !== current) return
      over = true
      lastEnd = reason
      onChange()
      if (stopping || !served) return
      failures = performance.now() - startedAt > steadyAfterMs ? 0 : failures
      const delayMs = restartDelayMs(failures++)
      log(`${name} ended (${reason}); it starts again in ${delayMs} ms`)
      restart = setTimeout(start, delayMs)
    }
    onceEnded(current, onEnd)
    onChange()
  }

  const untilReady = async (): Promise<void> => {
    await waitReady(plan, name, logFile, () => (over ? lastEnd : undefined))
    served = true
    // The process may have ended between its answer and this line: then nobody has started it again
    // yet.
    if (over && !stopping) start()
  }

  const stop = async (): Promise<void> => {
    stopping = true
    clearTimeout(restart)
    clearInterval(bounding)
    if (!over) await endProcess(current, signal, plan.stopTimeoutMs ?? 35_000)
  }

  const abandon = (): void => {
    stopping = true
    if (!over) current.kill(signal)
  }

  turnLog(logFile)
  const bounding = setInterval(() => boundLog(logFile), logCheckMs).unref()
  start()
  return { pid: () => (over ? undefined : current.pid), untilReady, stop, abandon }
}
