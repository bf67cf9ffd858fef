import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { rehearsalLines, type RehearsalAnswer } from '../output/rehearsal-lines.ts'
import { callJson } from '../places/request.ts'

type Options = PlaceOptions & { readonly gateway?: string; readonly json?: true }

const help = `
Nothing is stored, signed or published. Own agencies are shown by name, those of others by how many
come to what.
The rules are those of services/core/README.md.

Example:
  $ npx switchboard rehearse notice.json --as TH`

export const addRehearse = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('rehearse')
      .argument('<file>', 'one notice as JSON; - is stdin')
      .description(
        'Show who would see a notice, and which of its members, before it is submitted.',
      ),
  )
    .option('--json', "the gateway's answer instead of a table")
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => {
      const place = await gatewayPlace(options)
      const rehearsal = await callJson({
        ...place,
        url: `${place.url}/v1/notices/rehearse`,
        method: 'POST',
        body: await io.read(file),
        signal: io.signal,
      })
      if (options.json) io.out(jsonText(rehearsal))
      else rehearsalLines(rehearsal as RehearsalAnswer).forEach(io.out)
    })
}
