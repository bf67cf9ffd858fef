import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { consolePlace, withConsole, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'
import { traceLines, type Trace } from '../output/trace-lines.ts'

type Options = PlaceOptions & {
  readonly console?: string
  readonly issuer?: string
  readonly pretty?: true
}

const help = `
Example:
  $ npx switchboard trace 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --pretty`

export const addTrace = (program: Command, io: Io): void => {
  withConsole(
    program
      .command('trace')
      .argument('<id>', 'of a notice')
      .description('Show one notice from POST to every hand-over, and why others did not get it.'),
  )
    .option('--issuer <participant>', 'where several use the same id: whose notice')
    .option('--pretty', 'a table for people instead of JSON')
    .addHelpText('after', help)
    .action(async (id: string, options: Options) => {
      const place = await consolePlace(options)
      const query =
        options.issuer === undefined ? '' : `?issuer=${encodeURIComponent(options.issuer)}`
      const trace = await callJson({
        ...place,
        url: `${place.url}/v1/trace/${encodeURIComponent(id)}${query}`,
        signal: io.signal,
      })
      if (options.pretty) traceLines(trace as Trace).forEach(io.out)
      else io.out(jsonText(trace))
    })
}
