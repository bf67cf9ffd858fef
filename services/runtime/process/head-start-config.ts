import type { ConfigSpec } from './config.ts'

/**
 * How long other readers wait for victim desks. Every process that hands out notices, and the
 * console, which explains why a reader waits, must have the same value.
 */
export const headStartConfig = {
  victimHeadStartMs: {
    type: 'integer',
    default: 60_000,
    min: 0,
    max: 600_000,
    unit: 'ms',
    example: '60000',
    doc:
      'Of a notice on a possible victim, how long after its log time readers wait for the ' +
      'victim desks among the released, at most. The same at feeds and console.',
  },
} as const satisfies ConfigSpec
