import { unlinkSync } from 'node:fs'

/**
 * The folder in which a test arms failpoints. In production it is unset, and every failpoint does
 * nothing.
 */
const folder = process.env['FAILPOINT_FOLDER']

/** The points of a notice's life at which a crash test ends a process, in order. */
export type Failpoint =
  | 'gateway.validated'
  | 'gateway.signed'
  | 'gateway.committed'
  | 'gateway.changing-over'
  | 'gateway.published'
  | 'gateway.receipt-stored'
  | 'gateway.told-stored'
  | 'hub.fetched'
  | 'hub.checked'
  | 'hub.appended'
  | 'hub.committed'
  | 'hub.receipts-sent'
  | 'hub.told'

/**
 * Ends this process as kill -9 does, if a file with the failpoint's name lies in the folder. The
 * file is removed first, so it happens once.
 */
export const failpoint = (name: Failpoint): void => {
  if (folder === undefined) return
  try {
    unlinkSync(`${folder}/${name}`)
  } catch {
    return
  }
  process.kill(process.pid, 'SIGKILL')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) // waits for the signal
}
