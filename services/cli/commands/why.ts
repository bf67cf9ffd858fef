import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { consolePlace, withConsole, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'
import { whyLines, type WhyAnswer } from '../output/why-lines.ts'

type Options = PlaceOptions & {
  readonly console?: string
  readonly issuer?: string
  readonly json?: true
}

const help = `
Example:
  $ npx switchboard why 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 VN-C06`

export const addWhy = (program: Command, io: Io): void => {
  withConsole(
    program
      .command('why')
      .argument('<notice>', 'its id')
      .argument('<agency>')
      .description('Show why an agency may or may not have a notice: when it was logged, and now.'),
  )
    .option('--issuer <participant>', 'where several use the same id: whose notice')
    .option('--json', "the console's answer instead of a table")
    .addHelpText('after', help)
    .action(async (notice: string, agency: string, options: Options) => {
      const place = await consolePlace(options)
      const query = new URLSearchParams({
        notice,
        agency,
        ...(options.issuer !== undefined && { issuer: options.issuer }),
      })
      const why = await callJson({
        ...place,
        url: `${place.url}/v1/why?${query.toString()}`,
        signal: io.signal,
      })
      if (options.json) io.out(jsonText(why))
      else whyLines(why as WhyAnswer).forEach(io.out)
    })
}
