import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of the service itself. */
export const serviceCodes = {
  // Service
  'service/unavailable': entry(
    503,
    'The service cannot answer now',
    'Repeat after Retry-After seconds.',
  ),
  'service/no-registry': entry(
    503,
    'The registry has not reached this service yet',
    'Repeat after Retry-After seconds.',
  ),
  'service/clock-off': entry(
    503,
    'The service is not sure of the time',
    'Repeat after Retry-After seconds. Tell the operator if it lasts: its clocks do not agree.',
  ),
  'service/too-many-requests': entry(429, 'Too many requests', 'Repeat after Retry-After seconds.'),
  'service/too-many-failures': entry(
    429,
    'Too many requests from this address failed',
    'Repeat after Retry-After seconds, with a good token or the right secret.',
  ),
  'service/reader-too-slow': entry(
    503,
    'The reader did not keep up',
    'Connect again with Last-Event-ID; nothing is lost.',
  ),
  'service/internal': entry(
    500,
    'An error of ours',
    'Repeat later; tell the operator the request id.',
  ),
} as const satisfies Record<string, CatalogueEntry>
