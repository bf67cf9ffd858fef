import { ConfigError, readConfig, type ConfigSpec } from './config.ts'
import { createLog, logLevels, type Log } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type ServiceDeps = {
  readonly env: Environment
  readonly log: Log
  readonly metrics: Metrics
  /**
   * Logs and ends the process with status 1, for breakdowns that only a restart cures (a consumer
   * that crashed).
   */
  readonly crash: (error: unknown) => void
}

/** A started service: where it listens, for the ready line, and how it drains. */
export type Running = { readonly url?: string; close(): Promise<void> }

/** The settings that every service has beside its own. */
export const serviceConfig = {
  logLevel: {
    type: 'string',
    default: 'info',
    oneOf: logLevels,
    example: 'debug',
    doc: 'Least severe level that is logged.',
  },
} as const satisfies ConfigSpec

const drainLimitMs = 30_000

/**
 * The life of a process: environment → config → start → one log line `ready` → SIGTERM or SIGINT →
 * `close()` → exit 0. Closing takes 30 s at most; a second signal ends the process at once (status
 * 1), which is as safe as a crash. The service decides the order of draining: stop taking, finish
 * what was taken, then close pools and producers. A ConfigError is printed on stderr as one
 * message, status 1. An error that nobody catches is logged and ends the process with status 1: the
 * supervisor starts it again, and every start is a recovery.
 */
export const runService = async (
  name: string,
  start: (deps: ServiceDeps) => Promise<Running>,
): Promise<void> => {
  const log = firstLog(name)
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'crashed')
    process.exit(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  const stopped = signalled(log)
  try {
    const running = await start({ env: process.env, log, metrics: createMetrics(name), crash })
    log.info({ url: running.url, pid: process.pid }, 'ready')
    const signal = await stopped
    log.info({ signal }, 'draining')
    await drained(running)
    log.info('stopped')
    process.exit(0)
  } catch (error) {
    if (error instanceof ConfigError) exitWithMessage(name, error)
    crash(error)
  }
}

const firstLog = (name: string): Log => {
  try {
    return createLog({
      service: name,
      level: readConfig(process.env, serviceConfig).logLevel as 'info',
    })
  } catch (error) {
    return exitWithMessage(name, error as ConfigError)
  }
}

const exitWithMessage = (name: string, error: ConfigError): never => {
  process.stderr.write(`${name}: ${error.message}\n`)
  process.exit(1)
}

const signalled = (log: Log): Promise<NodeJS.Signals> => {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let signals = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    if (++signals === 1) return resolve(signal)
    log.warn({ signal }, 'second signal: stopping at once')
    process.exit(1)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return promise
}

const drained = async (running: Running): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`draining took longer than ${drainLimitMs / 1000} s`)),
    drainLimitMs,
  )
  await Promise.race([running.close(), promise])
  clearTimeout(timer)
}
