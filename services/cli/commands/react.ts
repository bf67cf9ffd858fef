import { Option, type Command } from 'commander'
import type { ReactionAction, ReactionBody, ReactionKind } from '#core/generated/types.ts'
import { misused } from '../failure.ts'
import { countOf, withSeconds } from '../input/counts.ts'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonText } from '../output/printable.ts'
import { callJson } from '../places/request.ts'
import { waitForAnswer } from '../places/wait-for-answer.ts'

type Said = {
  readonly issuer: string
  readonly reaction: ReactionKind
  readonly action?: ReactionAction
  readonly amount?: string
  readonly currency?: string
  readonly note?: string
}

type Options = PlaceOptions &
  Said & { readonly gateway?: string; readonly wait?: true; readonly timeout: number }

const reactions = Object.keys({
  useful: true,
  'seen-too': true,
  acted: true,
  'false-positive': true,
  'wants-more': true,
} satisfies Record<ReactionKind, true>)

const actions = Object.keys({
  frozen: true,
  blocked: true,
  'taken-down': true,
  seized: true,
  arrested: true,
  rescued: true,
  'victim-warned': true,
  'money-returned': true,
  other: true,
} satisfies Record<ReactionAction, true>)

const help = `
The originator is shown your participant, what you say and when, and neither the agency nor the
person. The same reaction again is the first one. The gateway takes every reaction; the hub refuses
it with notice/not-found where your agency may not see the notice, and where there is none.
With --wait the exit code tells what became of it: 0 accepted, 1 rejected, 3 no answer in time.

Examples:
  $ npx switchboard react 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --as KH --issuer TH \\
      --reaction acted --action frozen --amount 250000.00 --currency THB --wait
  $ npx switchboard react 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --as KH --issuer TH \\
      --reaction false-positive --note 'the number is a clinic'`

export const addReact = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('react')
      .argument('<id>', 'of a notice, of any participant')
      .description('Tell the originator of a notice what became of it, and print the answer.'),
  )
    .requiredOption('--issuer <participant>', 'whose notice it is')
    .addOption(
      new Option('--reaction <word>', 'what you say').choices(reactions).makeOptionMandatory(),
    )
    .addOption(new Option('--action <word>', 'what was done').choices(actions))
    .option('--amount <number>', 'how much was frozen or returned, such as 250000.00')
    .option('--currency <code>', 'of the amount: THB, USDT, …')
    .option('--note <text>', 'for the originator')
    .option('--wait', "wait for the hub's receipt and print the reaction's state")
    .option('--timeout <seconds>', 'how long to wait', countOf(withSeconds), 60)
    .addHelpText('after', help)
    .action(async (notice: string, options: Options) => {
      const body = Buffer.from(JSON.stringify(bodyOf(options)))
      const place = await gatewayPlace(options)
      const url = `${place.url}/v1/notices/${encodeURIComponent(notice)}/reactions`
      const answer = (await callJson({
        ...place,
        url,
        method: 'POST',
        body,
        signal: io.signal,
      })) as { readonly id: string }
      if (!options.wait) return io.out(jsonText(answer))
      const awaited = { id: answer.id, path: '/v1/said/', command: 'said' }
      await waitForAnswer(place, awaited, options.timeout, io)
    })
}

const bodyOf = ({ issuer, reaction, action, amount, currency, note }: Said): ReactionBody => ({
  issuer,
  reaction,
  ...(action !== undefined && { action }),
  ...amountOf(amount, currency),
  ...(note !== undefined && { note }),
})

const amountOf = (value?: string, currency?: string): Pick<ReactionBody, 'amount'> => {
  if (value === undefined && currency === undefined) return {}
  if (value === undefined || currency === undefined)
    throw misused('--amount and --currency go together')
  return { amount: { value, currency } }
}
