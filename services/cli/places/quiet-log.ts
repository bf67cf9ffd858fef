import { createLog } from '#runtime/process/log.ts'

/**
 * Logs nothing: a command speaks by its output and its exit code, and gets errors of connections as
 * errors.
 */
export const quietLog = createLog({ service: 'cli', level: 'silent' })
