import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'

type Options = PlaceOptions & { readonly gateway?: string; readonly reason: string }

const help = `
A notice on a subject of the never-list (emergency numbers, lines of banks and police, wallets of
exchanges) is held until its originator says that it is meant. See what holds it with:
switchboard status ID

Example:
  $ npx switchboard confirm 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 \\
      --reason 'caller ID spoofed; for awareness only'`

export const addConfirm = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('confirm')
      .argument('<id>', 'of a notice of your agency that is held')
      .description('Confirm a notice that is held because its subject is on the never-list.'),
  )
    .requiredOption('--reason <text>', 'why it is meant all the same; operators read it')
    .addHelpText('after', help)
    .action(async (id: string, options: Options) => {
      const place = await gatewayPlace(options)
      const url = `${place.url}/v1/notices/${encodeURIComponent(id)}/confirm`
      io.out(
        jsonText(
          await callJson({
            ...place,
            url,
            method: 'POST',
            body: Buffer.from(JSON.stringify({ reason: options.reason })),
            signal: io.signal,
          }),
        ),
      )
    })
}
