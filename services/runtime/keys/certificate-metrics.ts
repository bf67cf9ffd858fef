import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Metrics } from '../process/metrics.ts'

/**
 * When the first certificate of each file ends, as seconds since 1970; read when asked, so that it
 * is what is on disk. 0 where it cannot be read.
 */
export const measureCertificates = (
  metrics: Metrics,
  files: Readonly<Record<string, string | undefined>>,
): void => {
  const used = Object.entries(files).flatMap(([use, file]) =>
    file === undefined ? [] : [{ use, file }],
  )
  if (used.length === 0) return
  metrics.gauge(
    'switchboard_certificate_not_after_seconds',
    'When a certificate in use ends, as seconds since 1970',
    ['use'],
    async (gauge) => {
      for (const { use, file } of used) gauge.set({ use }, await endOf(file))
    },
  )
}

const endOf = async (file: string): Promise<number> => {
  try {
    return Date.parse(new X509Certificate(await readFile(file)).validTo) / 1000
  } catch {
    return 0
  }
}
