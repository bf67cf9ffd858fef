import { fstatSync, write as writeFile } from 'node:fs'
import { Socket } from 'node:net'

/**
 * Where the lines of the log go. `write` never waits, blocks or throws: a line that finds the
 * bounded buffer full is dropped, as are lines that cannot be written (a closed pipe, a full disk).
 */
export type LogOutput = {
  readonly write: (line: string) => void
  /** Resolves when nothing waits any more, and after `limitMs` at the latest. */
  readonly flush: (limitMs: number) => Promise<void>
}

/** A stalled reader costs this much memory at most, in UTF-16 units. */
const maxWaiting = 4 * 1024 * 1024

type WriteChunk = (chunk: string, done: (error?: Error | null) => void) => void

/**
 * Writes to a file descriptor of this process, in order, one chunk at a time. `onDropped` gets how
 * many lines were dropped, each once.
 */
export const createLogOutput = (fd: number, onDropped: (lines: number) => void): LogOutput => {
  const writeChunk = writerOf(fd)
  let waiting: string[] = []
  let length = 0
  let writing = false
  let idle = (): void => {}
  const next = (): void => {
    writing = waiting.length > 0
    if (!writing) return idle()
    const lines = waiting
    waiting = []
    length = 0
    writeChunk(lines.join(''), (error) => {
      if (error) onDropped(lines.length)
      next()
    })
  }
  return {
    write: (line) => {
      if (length + line.length > maxWaiting) return onDropped(1)
      waiting.push(line)
      length += line.length
      if (!writing) next()
    },
    flush: async (limitMs) => {
      if (!writing) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, limitMs)
      idle = resolve
      await promise
      clearTimeout(timer)
    },
  }
}

/**
 * A pipe or socket is written without blocking, so that a reader that stands still stops no thread.
 * A file or device answers by itself, with an error if it is full.
 */
const writerOf = (fd: number): WriteChunk =>
  isStream(fd) ? streamWriter(fd) : (chunk, done) => writeWhole(fd, Buffer.from(chunk), done)

const isStream = (fd: number): boolean => {
  try {
    const status = fstatSync(fd)
    return status.isFIFO() || status.isSocket()
  } catch {
    return false // a closed descriptor: each write says so
  }
}

const streamWriter = (fd: number): WriteChunk => {
  const socket = new Socket({ fd, readable: false, writable: true })
  socket.on('error', () => undefined) // the callback of each write gets it
  socket.unref()
  return (chunk, done) => void socket.write(chunk, done)
}

const writeWhole = (fd: number, bytes: Buffer, done: (error?: Error | null) => void): void =>
  writeFile(fd, bytes, (error, written) => {
    if (error || written === bytes.length) return done(error)
    writeWhole(fd, bytes.subarray(written), done)
  })
