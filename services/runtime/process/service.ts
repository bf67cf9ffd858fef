import { ConfigError, readConfig, type ConfigSpec } from './config.ts'
import { createLog, logLevels, type Log } from './log.ts'
import { createLogOutput, type LogOutput } from './log-output.ts'
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
/** Last words wait so long for a log that does not take them. */
const lastWordsMs = 500

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
  const metrics = createMetrics(name)
  const output = openOutput(metrics)
  const log = firstLog(name, output)
  const end = (status: number): void =>
    void output.flush(lastWordsMs).then(() => process.exit(status))
  let crashed = false
  const crash = (error: unknown): void => {
    if (crashed) return
    crashed = true
    log.fatal({ err: error }, 'crashed')
    end(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  // Node would print it to stderr, and wait there for whoever reads.
  process.removeAllListeners('warning')
  process.on('warning', (warning) => log.warn({ err: warning }, 'a warning of Node'))
  const stopped = signalled(log, end)
  try {
    const running = await start({ env: process.env, log, metrics, crash })
    log.info({ url: running.url, pid: process.pid }, 'ready')
    const signal = await stopped
    log.info({ signal }, 'draining')
    await drained(running)
    log.info('stopped')
    end(0)
  } catch (error) {
    if (error instanceof ConfigError) exitWithMessage(name, error)
    crash(error)
  }
}

/** Lines that stdout does not take are counted, and nobody waits for them. */
const openOutput = (metrics: Metrics): LogOutput => {
  const dropped = metrics.counter(
    'switchboard_log_lines_dropped_total',
    'Log lines that were dropped because stdout was full, slow or closed',
  )
  return createLogOutput(1, (lines) => dropped.inc(lines))
}

const firstLog = (name: string, destination: LogOutput): Log => {
  try {
    return createLog({
      service: name,
      level: readConfig(process.env, serviceConfig).logLevel as 'info',
      destination,
    })
  } catch (error) {
    return exitWithMessage(name, error as ConfigError)
  }
}

const exitWithMessage = (name: string, error: ConfigError): never => {
  process.stderr.write(`${name}: ${error.message}\n`)
  process.exit(1)
}

const signalled = (log: Log, end: (status: number) => void): Promise<NodeJS.Signals> => {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let signals = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    if (++signals === 1) return resolve(signal)
    log.warn({ signal }, 'second signal: stopping at once')
    end(1)
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
