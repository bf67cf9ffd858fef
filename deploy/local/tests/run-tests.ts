import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { findRun, stopProcesses } from '../processes/orphans.ts'
import { projectFolder, stackFolder } from '../project.ts'
import { runOnce } from '../processes/run-once.ts'
import { kafkaEnvironment } from '../settings-environment.ts'
import { startStack, type Stack } from '../stack.ts'
import { createTapReport, totalsOf, type Totals } from './tap-report.ts'

const checkLimitMs = 5 * 60_000
const tool = (name: string): string => resolve(projectFolder, 'node_modules/.bin', name)

// Marks everything that a test starts. What a test did not live to stop is stopped at the end of
// the run.
const runVariable = 'SWITCHBOARD_TEST_RUN'
const run = `${process.pid}-${Date.now()}`
const log = (line: string): void => {
  console.log(`# ${line}`)
}

const check = async (title: string, args: readonly string[]): Promise<boolean> => {
  const { ok, output } = await runOnce(process.execPath, args, {
    cwd: projectFolder,
    timeoutMs: checkLimitMs,
    ...(process.stdout.isTTY ? {} : { env: { ...process.env, NO_COLOR: '1' } }),
  })
  console.log(ok ? `ok - ${title}` : `not ok - ${title}\n${output}`)
  return ok
}

/** Format, lint, unused exports and types, each counted as one test. */
const checkSources = async (): Promise<Totals> => {
  const results = [
    await check('format', [tool('oxfmt'), '--check']),
    await check('lint', [tool('oxlint'), '--type-aware', '--deny-warnings', '.']),
    await check('unused exports', [tool('knip'), '--no-progress']),
    await check('types', [tool('tsc')]),
  ]
  return { passed: results.filter(Boolean).length, failed: results.filter((ok) => !ok).length }
}

/**
 * Builds tap for the plugins of .taprc before the run. tap builds itself too, but the run that
 * notices still has the old plugins loaded and fails.
 */
const buildTap = async (): Promise<void> => {
  const built = await readFile(
    resolve(projectFolder, 'node_modules/@tapjs/test/test-built/dist/esm/index.js'),
    'utf8',
  ).catch(() => '')
  if (built !== '' && !/@tapjs\/(typescript|mock)\b/.test(built)) return
  const { ok, output } = await runOnce(process.execPath, [tool('tap'), 'build'], {
    cwd: projectFolder,
    timeoutMs: checkLimitMs,
  })
  if (!ok) throw new Error(`tap could not be built:\n${output}`)
}

const report = async (tap: ChildProcess): Promise<Totals | undefined> => {
  const ended = once(tap, 'close')
  const shorten = createTapReport()
  let totals: Totals | undefined
  if (tap.stdout !== null) {
    for await (const line of createInterface(tap.stdout)) {
      for (const shown of shorten(line)) console.log(shown)
      totals = totalsOf(line) ?? totals
    }
  }
  const [code] = await ended
  // An exit code without a failed test (no file found, a broken setting) is a failure too.
  return code === 0
    ? totals
    : { passed: totals?.passed ?? 0, failed: Math.max(totals?.failed ?? 0, 1) }
}

const runTap = async (
  args: readonly string[],
  { brokers, databaseUrl, secured }: Stack,
  onStart: (tap: ChildProcess) => void,
): Promise<Totals> => {
  const kafka =
    secured === undefined ? { KAFKA_BROKERS: brokers.join(',') } : kafkaEnvironment(secured.admin)
  const env = { ...process.env, ...kafka, DATABASE_URL: databaseUrl, [runVariable]: run }
  const tap = spawn(process.execPath, [tool('tap'), '--reporter=tap', ...args], {
    cwd: projectFolder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onStart(tap)
  return (await report(tap)) ?? { passed: 0, failed: 1 }
}

const stopRun = async (): Promise<void> => {
  await stopProcesses(await findRun(runVariable, run), log)
}

const nothing: Totals = { passed: 0, failed: 0 }

const main = async (): Promise<Totals> => {
  const args = process.argv.slice(2)
  let stop = async (): Promise<void> => {}
  let tap: ChildProcess | undefined
  const end = async (code: number): Promise<never> => {
    tap?.kill('SIGTERM')
    await stopRun()
    await stop()
    process.exit(code)
  }
  process.once('SIGINT', () => {
    void end(130)
  })
  process.once('SIGTERM', () => {
    void end(143)
  })

  const starting = startStack({
    folder: stackFolder('test'),
    fresh: process.env['SWITCHBOARD_KEEP'] !== '1',
    log,
  })
  const building = buildTap()
  const checking = args.length > 0 ? nothing : checkSources()
  // Waits for all three before the failure of one is reported, so that nothing is left running.
  await Promise.allSettled([starting, checking, building])
  const stack = await starting
  stop = stack.stop
  try {
    await building
    const [checked, tested] = [
      await checking,
      await runTap(args, stack, (child) => {
        tap = child
      }),
    ]
    return { passed: checked.passed + tested.passed, failed: checked.failed + tested.failed }
  } finally {
    await stopRun()
    await stop()
  }
}

const { passed, failed } = await main().catch((error: unknown): Totals => {
  console.log(error instanceof Error ? error.message : error)
  return { passed: 0, failed: 1 }
})
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
