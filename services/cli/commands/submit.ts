import type { Command } from 'commander'
import { setTimeout as delay } from 'node:timers/promises'
import { countOf, withSeconds } from '../input/counts.ts'
import { exitCodes, Failure, refused } from '../failure.ts'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type Place, type PlaceOptions } from '../places/places.ts'
import { jsonText, printable } from '../output/printable.ts'
import { adviceOf } from '../output/problem-text.ts'
import { callJson } from '../places/request.ts'

type Options = PlaceOptions & {
  readonly gateway?: string
  readonly wait?: true
  readonly timeout: number
}

/** The gateway's answer about a notice. */
type State = {
  readonly id: string
  readonly status: string
  readonly receipt?: {
    readonly code?: string
    readonly pointer?: string
    readonly detail?: string
  } | null
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
      })) as State
      if (!options.wait) return io.out(jsonText(answer))
      const state = await waitForReceipt(place, answer.id, options.timeout, io)
      io.out(jsonText(state))
      if (state.status !== 'accepted') throw refused(outcomeLines(state))
    })
}

const pollMs = 250

const waitForReceipt = async (
  place: Place,
  id: string,
  seconds: number,
  io: Io,
): Promise<State> => {
  const until = performance.now() + seconds * 1000
  for (;;) {
    const state = (await callJson({
      ...place,
      url: `${place.url}/v1/notices/${encodeURIComponent(id)}`,
      signal: io.signal,
    })) as State
    if (
      ['accepted', 'rejected', 'superseded'].includes(state.status) ||
      waitsForConfirmation(state)
    )
      return state
    if (performance.now() > until) {
      throw new Failure(
        exitCodes.unreachable,
        printable(
          `${id} is ${state.status} after ${seconds} s; the ` +
            `gateway goes on. See: switchboard status ${id}`,
        ),
      )
    }
    await delay(pollMs, undefined, { signal: io.signal })
  }
}

/** Whether the notice waits for a person, so that the command stops waiting. */
const waitsForConfirmation = ({ status, receipt }: State): boolean =>
  status === 'held' && receipt?.code === 'never-list/held'

const outcomeLines = ({ status, receipt }: State): string[] => {
  const { code = '', pointer, detail } = receipt ?? {}
  const advice = adviceOf(code)
  const what = detail === undefined ? code : `${code} ${detail}`
  return [
    printable(`${status}: ${what}${pointer === undefined ? '' : ` at ${pointer}`}`),
    ...(advice === undefined ? [] : [`advice: ${advice}`]),
  ]
}
