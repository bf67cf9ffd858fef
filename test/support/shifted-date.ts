/**
 * Shifts the time of day of the process that imports it first (`--import`), by the milliseconds in
 * the file that is named for its pid in the folder of this variable. Without the variable it does
 * nothing. Timers and `performance.now` go on as they are, as when a machine's clock is wrong.
 */
export const shiftsVariable = 'TEST_CLOCK_SHIFTS'

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const lookMs = 20
const folder = process.env[shiftsVariable]

if (folder !== undefined) {
  const file = join(folder, String(process.pid))
  let shiftMs = 0
  const look = (): void => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8'))
    } catch {
      shiftMs = 0
    }
  }
  look()
  setInterval(look, lookMs).unref()
  const real = Date
  const now = (): number => real.now() + shiftMs
  globalThis.Date = new Proxy(real, {
    construct: (target, args, made) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, made) as object,
    get: (target, member) =>
      member === 'now' ? now : (Reflect.get(target, member, target) as unknown),
  })
}
