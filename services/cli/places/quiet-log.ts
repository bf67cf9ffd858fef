import { createLog } from '#runtime/process/log.ts'

/**
 * A command speaks by its output and exit code; what connections report meanwhile is in the errors
 * it gets.
 */
export const quietLog = createLog({ service: 'cli', level: 'silent' })
