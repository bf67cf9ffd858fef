import { parentPort, workerData } from 'node:worker_threads'
import { readBundle } from '#core/import/stix.ts'
import type { ImportRow } from '#core/import/row.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { bundleLimitBytes, type ReadRows } from './bundles.ts'
import { rowLimitBytes } from './lines.ts'

/*
 * A thread that reads one bundle: its bytes come as `workerData`, in blocks, and its rows go back
 * as bytes, one line of JSON a row, which the main thread takes line by line.
 */

const rowsIn = (bytes: Uint8Array): Checked<ImportRow[]> => {
  const read = readStrict(bytes, { maxBytes: bundleLimitBytes, maxDepth: 32 })
  return read.ok ? readBundle(read.value) : read
}

const lineOf = (row: ImportRow): Buffer => {
  const line = Buffer.from(`${JSON.stringify(row)}\n`)
  if (line.length <= rowLimitBytes) return line
  return Buffer.from(`${JSON.stringify({ ...row, read: refuse('import/row-too-large') })}\n`)
}

const answer = (): ReadRows => {
  const rows = rowsIn(Buffer.concat(workerData as Uint8Array[]))
  return rows.ok ? accept(new Uint8Array(Buffer.concat(rows.value.map(lineOf)))) : rows
}

const rows = answer()
parentPort!.postMessage(rows, rows.ok ? [rows.value.buffer] : [])
