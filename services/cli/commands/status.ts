import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'

export const addStatus = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('status')
      .argument('<id>', 'of a notice of your agency')
      .description(
        "Print how far a notice has come: the hub's receipt, who has it, and the reactions to it.",
      ),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard status 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --as TH',
    )
    .action(async (id: string, options: PlaceOptions & { readonly gateway?: string }) => {
      const place = await gatewayPlace(options)
      io.out(
        jsonText(
          await callJson({
            ...place,
            url: `${place.url}/v1/notices/${encodeURIComponent(id)}`,
            signal: io.signal,
          }),
        ),
      )
    })
}
