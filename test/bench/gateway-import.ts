import { parse } from 'csv-parse'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { textLines } from '../../services/cli/input/text-lines.ts'
import { benchNotice } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'
import { round, type Figure } from './figure.ts'

const header =
  'kind,number,role,offences,first,last,source,information,operatorStatus,' +
  'tlp,codes,purposes,participants,caseReference,language,narrative'
const chunkRows = 500

/**
 * One CSV file of rows without ids, to a durable outbox and its results read; beside csv-parse
 * alone on the same file. The second time nothing is added.
 */
export const gatewayImport: Figure = {
  name: 'gateway.import',
  service: 'gateway-TH',
  measure: async (bench, { importRows }) => {
    const limit =
      importRows /
      (await seconds(async () => {
        for await (const _ of Readable.from(csv(importRows)).pipe(parse())) {
          /* counted by the length of the file */
        }
      }))
    const before = await residentMiB(bench)
    const once = await timedImport(bench, importRows)
    const peak = await residentMiB(bench)
    const again = await timedImport(bench, importRows)
    await bench.settled()
    return [
      {
        name: 'gateway.import',
        value: round(importRows / once.seconds, 0),
        unit: 'rows/s',
        limit: round(limit, 0),
        limitName: 'csv-parse alone, same file',
        ratio: round(importRows / once.seconds / limit),
        rows: importRows,
        seconds: round(once.seconds),
        ...once.summary,
        againRowsPerSecond: round(importRows / again.seconds, 0),
        againRepeated: again.summary['repeated'],
        peakMiBBefore: before,
        peakMiB: peak,
      },
    ]
  },
}

const csv = function* (rows: number): Generator<Buffer> {
  yield Buffer.from(`${header}\n`)
  for (let from = 0; from < rows; from += chunkRows) {
    yield Buffer.from(
      Array.from({ length: Math.min(chunkRows, rows - from) }, (_, i) => row(from + i)).join(''),
    )
  }
}

const row = (i: number): string => {
  const { subject, caseReference, narrative } = benchNotice(i) as unknown as {
    subject: { number: string }
    caseReference: string
    narrative: string
  }
  const what = `phone-number,${subject.number},displayed,investment-scam;impersonation-scam`
  const when = '2026-11-01T02:00:00Z,2026-11-20T09:30:00Z,B,2,suspect'
  const handling = 'AMBER,H0,criminal-investigation,KH'
  return `${what},${when},${handling},${caseReference},en,"${narrative}"\n`
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

const timedImport = async (
  { info }: BenchSystem,
  rows: number,
): Promise<{ seconds: number; summary: Record<string, number> }> => {
  const { url, token } = info.gateways['TH']!
  let last = '{}'
  const taken = await seconds(async () => {
    const response = await fetch(`${url}/v1/notices/import`, {
      method: 'POST',
      duplex: 'half',
      body: Readable.toWeb(Readable.from(csv(rows))) as ReadableStream,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    })
    for await (const line of textLines(response.body!)) last = line
  })
  const { summary } = JSON.parse(last) as { summary?: Record<string, number> }
  if (summary?.['rows'] !== rows || summary['refused'] !== 0)
    throw new Error(`the import ended with ${last.slice(0, 500)}`)
  return { seconds: taken, summary }
}

/** The most memory the gateway ever had. */
const residentMiB = async ({ supervisor }: BenchSystem): Promise<number> => {
  const status = await readFile(`/proc/${supervisor.pids()['gateway-TH']}/status`, 'utf8')
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
}
