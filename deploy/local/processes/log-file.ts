import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { dirname } from 'node:path'

const limitBytes = 32 * 1024 * 1024

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Moves the output of the last run to `<file>.1`, so that a log begins with its run. */
export const turnLog = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  if (sizeOf(file) > 0) renameSync(file, `${file}.1`)
  else rmSync(file, { force: true })
}

/**
 * Keeps a growing log below its limit. The writer's descriptor appends, so the file may be emptied
 * while it is written.
 */
export const boundLog = (file: string): void => {
  if (sizeOf(file) <= limitBytes) return
  copyFileSync(file, `${file}.1`)
  truncateSync(file)
}

/** The last lines of a log, for the message of a failed start. */
export const lastLines = (file: string, lines = 15): string => {
  if (sizeOf(file) === 0) return '(it said nothing)'
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}
