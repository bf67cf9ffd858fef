import { Option, type Command } from 'commander'
import { exitCodes, Failure, refused } from '../failure.ts'
import {
  formatOf,
  formats,
  openImport,
  type ImportFormat,
  type ImportFile,
} from '../input/import-file.ts'
import { grouped, progressText } from '../output/import-progress.ts'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type Place, type PlaceOptions } from '../places/places.ts'
import { jsonLine, printable } from '../output/printable.ts'
import { failureOf, unreachable } from '../places/request.ts'
import { textLines } from '../input/text-lines.ts'

type Options = PlaceOptions & {
  readonly gateway?: string
  readonly format?: ImportFormat
  readonly map: string[]
  readonly set: string[]
  readonly dryRun?: true
  readonly all?: true
}
type Summary = {
  readonly rows: number
  readonly accepted: number
  readonly repeated: number
  readonly refused: number
}
type Result = {
  readonly row?: number
  readonly status?: string
  readonly summary?: Summary
  readonly error?: { readonly code: string; readonly title: string; readonly advice: string }
}

const help = `
Sends a file to a gateway as a stream. Rows that are refused are printed as JSON lines with row,
line, column, code and advice, the summary as the last line. A row without an id gets one derived
from its content: the same file again adds nothing, so an import that broke off is simply repeated.

Formats, by the file's extension or --format:
  csv     a header of paths (subject.number, handling.tlp, handling.release.participants) or short
          names (number, tlp); several values in a cell are separated by ;
  ndjson  one notice a line
  stix    a STIX 2.1 bundle
  misp    a MISP event as JSON

Exit codes: 0 all rows taken, 1 some refused or the import broke off, 3 no gateway.

Examples:
  $ npx switchboard import notices.csv --as TH --dry-run
  $ npx switchboard import phones.csv --map "Telephone=subject.number" --map "Remarks=-" \\
      --set kind=phone-number --set tlp=AMBER
  $ npx switchboard import event.json --format misp --set offences=job-scam --set tlp=AMBER`

const collect = (value: string, all: string[]): string[] => [...all, value]

export const addImport = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('import')
      .argument('<file>', '- is stdin')
      .description('Import a file of notices: CSV, NDJSON, STIX or MISP.'),
  )
    .addOption(new Option('--format <format>', 'what the file holds').choices(formats))
    .option(
      '--map <column=path>',
      'CSV: what a column is; =- leaves it out (repeatable)',
      collect,
      [],
    )
    .option(
      '--set <path=value>',
      'for rows that do not say it themselves (repeatable)',
      collect,
      [],
    )
    .option('--dry-run', 'check everything, store nothing')
    .option('--all', 'print the results of all rows')
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => {
      const input = await openImport(file, formatOf(file, options.format), io)
      const summary = await importFile(input, await gatewayPlace(options), options, io)
      if (summary.refused > 0) throw refused(`${grouped(summary.refused)} rows were refused`)
    })
}

const importFile = async (
  input: ImportFile,
  place: Place,
  options: Options,
  io: Io,
): Promise<Summary> => {
  const counts = { sent: 0, rows: 0, refused: 0 }
  const began = performance.now()
  const show = (): void =>
    io.progress?.(
      progressText({ ...counts, bytes: input.bytes, seconds: (performance.now() - began) / 1000 }),
    )
  const ticking = io.progress === undefined ? undefined : setInterval(show, 200)
  try {
    const response = await upload(counted(input.chunks, counts), input, place, options, io)
    for await (const line of textLines(response.body!)) {
      const result = JSON.parse(line) as Result
      if (result.row === undefined) return finish(result, io, show)
      counts.rows += 1
      if (result.status === 'refused') counts.refused += 1
      if (options.all || result.status === 'refused') io.out(jsonLine(placed(result, input)))
    }
    throw brokenOff()
  } finally {
    clearInterval(ticking)
  }
}

const brokenOff = (): Failure =>
  new Failure(
    exitCodes.unreachable,
    'the answer broke off; import the same file again: rows that were taken are not taken twice',
  )

const placed = (result: Result, { fromOf }: ImportFile): object => {
  const { line: _, ...rest } = result as Result & { line?: number }
  return fromOf === undefined ? result : { ...rest, from: fromOf(result.row!) }
}

const counted = async function* (
  chunks: AsyncIterable<Uint8Array>,
  counts: { sent: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    counts.sent += chunk.length
    yield chunk
  }
}

const upload = async (
  body: AsyncIterable<Uint8Array>,
  { contentType }: ImportFile,
  { url, token }: Place,
  options: Options,
  io: Io,
): Promise<Response> => {
  const query = new URLSearchParams()
  if (options.dryRun) query.append('dryRun', 'true')
  for (const map of options.map) query.append('map', map)
  for (const set of options.set) query.append('set', set)
  const address = `${url}/v1/notices/import?${query.toString()}`
  const response = await fetch(address, {
    method: 'POST',
    duplex: 'half',
    redirect: 'error',
    body,
    signal: io.signal,
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
  } as unknown as RequestInit).catch((error: unknown) => {
    throw io.signal.aborted ? error : unreachable(address, error)
  })
  if (!response.ok) throw await failureOf(response)
  return response
}

const finish = ({ summary, error }: Result, io: Io, show: () => void): Summary => {
  show()
  io.progress?.('')
  io.out(jsonLine({ summary, ...(error && { error }) }))
  if (error !== undefined)
    throw refused([
      printable(`the import broke off: ${error.code} ${error.title}`),
      printable(`advice: ${error.advice}`),
    ])
  const { rows, accepted, repeated, refused: refusals } = summary!
  io.err(
    `${grouped(rows)} rows: ${grouped(accepted)} accepted, ` +
      `${grouped(repeated)} there already, ${grouped(refusals)} refused`,
  )
  return summary!
}
