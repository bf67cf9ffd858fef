import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import type { Hold } from './loop-holds.ts'

/*
 * Loaded into a service by `node --import`. It says at a socket how long the event loop was held at
 * most since it was last asked.
 *
 * `monitorEventLoopDelay` measures with the clock, so it also counts the time in which other
 * processes have the processor: on a busy machine that is most of it. The processor time of the
 * loop's own thread between two ticks of a timer leaves that out. Who holds the loop by computing
 * makes both grow, so the smaller one is the hold.
 */
const tickMs = 5
const folder = process.env['LOOP_HOLDS_FOLDER']

if (folder !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: tickMs })
  delay.enable()
  let computedMs = 0
  let before = process.threadCpuUsage()
  setInterval(() => {
    const now = process.threadCpuUsage()
    computedMs = Math.max(computedMs, (now.user + now.system - before.user - before.system) / 1000)
    before = now
  }, tickMs).unref()
  createServer((asker) => {
    const hold: Hold = { delayMs: Math.max(0, delay.max / 1e6 - tickMs), computedMs }
    delay.reset()
    computedMs = 0
    asker.end(JSON.stringify(hold))
  })
    .listen(resolve(folder, `${process.pid}`))
    .unref()
}
