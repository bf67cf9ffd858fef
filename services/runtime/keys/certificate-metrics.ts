import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Metrics } from '../process/metrics.ts'

/**
 * Shows when the first certificate of each file ends, as seconds since 1970; 0 if the file cannot
 * be read. The file is read when the metrics are read, so the value is that of the file on disk.
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
