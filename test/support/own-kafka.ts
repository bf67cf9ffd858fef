import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { planKafka } from '#deploy/local/kafka/kafka.ts'
import { choosePorts } from '#deploy/local/processes/ports.ts'
import { until } from './until.ts'

/** A broker that a test may kill. */
export type OwnKafka = {
  readonly broker: string
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** SIGSTOP and SIGCONT: connected, and silent. */
  readonly freeze: () => void
  readonly thaw: () => void
}

const startLimitMs = 100_000

/**
 * Starts a broker of the test's own, with its data in a temporary folder; both are gone after the
 * test. Needs Java (`javaProblem`).
 */
export const ownKafka = async (t: Test): Promise<OwnKafka> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-kafka-'))
  const ports = await choosePorts(folder, {
    kafka: 'OWN_KAFKA_PORT',
    controller: 'OWN_KAFKA_CONTROLLER_PORT',
  })
  const plan = await planKafka(folder, ports, (line) => t.comment(line))
  let child: ChildProcess | undefined
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  const start = async (): Promise<void> => {
    child = spawn(plan.command, plan.args, { cwd: plan.cwd, stdio: 'ignore' })
    await until('the broker serves', plan.ready, startLimitMs)
  }
  t.teardown(async () => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  })
  await start()
  return {
    broker: `127.0.0.1:${ports.kafka}`,
    kill,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  }
}
