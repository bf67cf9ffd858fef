import type { ConfigSpec } from './config.ts'

/** How a process follows the registry. `whenStale` says what it does while its copy is too old. */
export const registryConfig = (whenStale: string) =>
  ({
    registryPollMs: {
      type: 'integer',
      default: 1000,
      min: 100,
      max: 60_000,
      unit: 'ms',
      example: '1000',
      doc: 'How often the registry is read, should a notification be lost.',
    },
    registryStaleMs: {
      type: 'integer',
      default: 5000,
      min: 500,
      max: 120_000,
      unit: 'ms',
      example: '5000',
      doc: `Older than this, the registry is not trusted and ${whenStale}.`,
    },
  }) as const satisfies ConfigSpec
