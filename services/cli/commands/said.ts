import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'

export const addSaid = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('said')
      .argument('<id>', 'that "react" printed')
      .description("Print how far a reaction of your agency has come, with the hub's receipt."),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard said 5c0f9a0e-2b6d-5f5e-9a54-0f1c7f3d2e10 --as KH',
    )
    .action(async (id: string, options: PlaceOptions & { readonly gateway?: string }) => {
      const place = await gatewayPlace(options)
      const url = `${place.url}/v1/said/${encodeURIComponent(id)}`
      io.out(jsonText(await callJson({ ...place, url, signal: io.signal })))
    })
}
