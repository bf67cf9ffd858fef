import type { Command } from 'commander'
import { countOf, withSeconds } from '../input/counts.ts'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'
import { waitForAnswer } from '../places/wait-for-answer.ts'

type Options = PlaceOptions & {
  readonly gateway?: string
  readonly wait?: true
  readonly timeout: number
}

const help = `
The file is sent as it is. With an id in it, sending it again is safe and gets the first answer.
With --wait the exit code tells what became of it: 0 accepted, 1 rejected, superseded, or held for
a confirmation (switchboard confirm), 3 no answer in time.

Examples:
  $ npx switchboard submit notice.json --as TH --wait
  $ echo '{"kind":"phone-number", …}' | npx switchboard submit - \\
      --gateway https://gateway.police.example --token "$TOKEN"`

export const addSubmit = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('submit')
      .argument('<file>', 'one notice as JSON; - is stdin')
      .description('Submit a notice to a gateway and print its answer.'),
  )
    .option('--wait', "wait for the hub's receipt and print the notice's state")
    .option('--timeout <seconds>', 'how long to wait', countOf(withSeconds), 60)
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => {
      const place = await gatewayPlace(options)
      const answer = (await callJson({
        ...place,
        url: `${place.url}/v1/notices`,
        method: 'POST',
        body: await io.read(file),
        signal: io.signal,
      })) as { readonly id: string }
      if (!options.wait) return io.out(jsonText(answer))
      const awaited = { id: answer.id, path: '/v1/notices/', command: 'status' }
      await waitForAnswer(place, awaited, options.timeout, io)
    })
}
