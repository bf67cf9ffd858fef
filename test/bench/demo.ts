import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { dataFolder, projectFolder } from '#deploy/local/project.ts'
import { type SystemFile } from '#deploy/local/demo/system-file.ts'
import { cpuByName } from './cpu.ts'
import { round, type AloneFigure } from './figure.ts'

const name = 'bench-demo'
const settleSeconds = 30

/**
 * From `npm run demo` without data of earlier runs to the first notice that is shown to have
 * arrived; then the processor time of all its processes at rest.
 */
export const demo: AloneFigure = {
  name: 'demo',
  measure: async ({ idleSeconds }) => {
    const started = performance.now()
    const child = spawn(
      process.execPath,
      [resolve(projectFolder, 'deploy/local/demo.ts'), '--fresh', '--name', name],
      { cwd: projectFolder, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = once(child, 'exit')
    try {
      const at = new Map<Moment, number>()
      for await (const line of createInterface({ input: child.stdout })) {
        const moment = (Object.keys(moments) as Moment[]).find(
          (m) => !at.has(m) && moments[m].test(line),
        )
        if (moment !== undefined) at.set(moment, (performance.now() - started) / 1000)
        if (moment === 'ready') break
      }
      const [servers, first] = [at.get('servers'), at.get('arrived')]
      if (servers === undefined || first === undefined)
        throw new Error('the demo ended before a notice arrived')
      await delay(settleSeconds * 1000)
      const idle = await idlePercent(idleSeconds)
      return [
        {
          name: 'demo',
          value: round(first),
          unit: 's from the start to the first notice that arrived',
          limit: round(servers),
          limitName: 'until Kafka and PostgreSQL serve',
          ratio: round(first / servers),
          idlePercentOfACore: round(Object.values(idle).reduce((sum, percent) => sum + percent, 0)),
          idle,
        },
      ]
    } finally {
      child.kill('SIGTERM')
      child.stdout.resume()
      await ended
    }
  },
}

/** What the demo prints when it has come so far. */
const moments = { servers: /: Kafka at /, arrived: / has it after /, ready: /^Ready\./m }
type Moment = keyof typeof moments

/** Percent of one core by process; PostgreSQL with all its backends. */
const idlePercent = async (seconds: number): Promise<Record<string, number>> => {
  const { pids } = JSON.parse(
    await readFile(resolve(dataFolder, `${name}.json`), 'utf8'),
  ) as SystemFile
  const before = await cpuByName(pids)
  await delay(seconds * 1000)
  const after = await cpuByName(pids)
  return Object.fromEntries(
    Object.keys(pids).map((p) => [p, round(((after[p]! - before[p]!) / seconds) * 100)]),
  )
}
