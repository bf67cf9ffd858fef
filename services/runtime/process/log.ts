import { pino, type DestinationStream, type Logger } from 'pino'
import { redact } from './redact.ts'

export type Log = Logger
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * Writes one JSON object per line, a service through `createLogOutput`, which never blocks. Ids
 * belong into a line (notice, participant, agency, request, offset). Personal data, keys and tokens
 * do not, and members with such names are masked at any depth (`redact.ts`). Errors are logged as
 * `{ err }`: type, code, masked message, stack, causes.
 */
export const createLog = ({
  service,
  level,
  destination,
}: {
  service: string
  level?: LogLevel
  destination?: DestinationStream
}): Log =>
  pino(
    {
      base: { service },
      level: level ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (members) => redact(members) as Record<string, unknown>,
      },
      // pino's own serializer runs after `formatters.log` and expects an Error
      serializers: { err: (described: unknown) => described },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  )
