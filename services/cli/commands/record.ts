import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'

export const addRecord = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('record')
      .description(
        'Print what the hub has on record of your participant: its keys, and the newest ' +
          'changes of its own with who, when and why.',
      ),
  )
    .addHelpText('after', '\nExample:\n  $ npx switchboard record --as TH')
    .action(async (options: PlaceOptions & { readonly gateway?: string }) => {
      const place = await gatewayPlace(options)
      io.out(
        jsonText(await callJson({ ...place, url: `${place.url}/v1/registry`, signal: io.signal })),
      )
    })
}
