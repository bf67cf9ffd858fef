import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { readMispEvent } from '#core/import/misp.ts'
import { misused, refused } from '../failure.ts'
import type { Io } from '../io.ts'
import { parseJson } from './json-input.ts'
import { refusalLines } from '../output/problem-text.ts'

export const formats = ['csv', 'ndjson', 'stix', 'misp'] as const
export type ImportFormat = (typeof formats)[number]

/**
 * The file as it is sent to the gateway, with its length if that is known. `fromOf` tells the place
 * of a row in a file that was converted.
 */
export type ImportFile = {
  readonly contentType: string
  readonly bytes: number | undefined
  readonly chunks: AsyncIterable<Uint8Array>
  readonly fromOf?: (row: number) => string | undefined
}

const byExtension: Readonly<Record<string, ImportFormat>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.stix': 'stix',
}

export const formatOf = (file: string, given: ImportFormat | undefined): ImportFormat => {
  const format = given ?? byExtension[extname(file).toLowerCase()]
  if (format === undefined)
    throw misused(
      `the name ${file} does not tell what the file holds: say --format ${formats.join(', ')}`,
    )
  return format
}

const contentTypes = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  stix: 'application/stix+json',
} as const

/**
 * Opens a file as a stream. A MISP event is converted here, so that the gateway need not know MISP.
 */
export const openImport = async (
  file: string,
  format: ImportFormat,
  io: Io,
): Promise<ImportFile> => {
  if (format === 'misp') return convertedEvent(file, io)
  const contentType = contentTypes[format]
  if (file === '-') return { contentType, bytes: undefined, chunks: process.stdin }
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw misused(`${file} cannot be read (${cause.code ?? 'unknown error'})`)
  })
  if (!found.isFile() && !found.isFIFO()) throw misused(`${file} is not a file`)
  return {
    contentType,
    bytes: found.isFile() ? found.size : undefined,
    chunks: createReadStream(file, { highWaterMark: 256 * 1024 }),
  }
}

const convertedEvent = async (file: string, io: Io): Promise<ImportFile> => {
  const event = readMispEvent(parseJson(await io.read(file), file))
  if (!event.ok) throw refused([`${file} is not importable`, ...refusalLines(event.refusal)])
  const lines = event.value.map(({ read }) =>
    Buffer.from(`${JSON.stringify(read.ok ? read.value : null)}\n`),
  )
  return {
    contentType: contentTypes.ndjson,
    bytes: lines.reduce((sum, line) => sum + line.length, 0),
    chunks: streamOf(lines),
    fromOf: (row) => event.value[row - 1]?.from,
  }
}

const streamOf = async function* (lines: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* lines
}
