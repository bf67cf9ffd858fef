import { Option, type Command } from 'commander'
import { dues } from '#core/notice/review.ts'
import type { Io } from '../io.ts'
import { gatewayPlace, withGateway, type PlaceOptions } from '../places/places.ts'
import { jsonLine, printable } from '../output/printable.ts'
import { callJson } from '../places/request.ts'

type Options = PlaceOptions & {
  readonly gateway?: string
  readonly for?: string
  readonly json?: true
}
type Notice = {
  readonly id: string
  readonly version: number
  readonly kind: string
  readonly review: string | null
  readonly expires: string | null
  readonly canonical: { readonly key: string }
}
type Page = { readonly notices: readonly Notice[]; readonly next: string; readonly end: boolean }

const help = `
Send a next version of what still holds, with another handling.review or handling.expires, and
revoke what does not.

Examples:
  $ npx switchboard due --as TH
  $ npx switchboard due --for expiry --json | jq -r .id`

export const addDue = (program: Command, io: Io): void => {
  withGateway(
    program
      .command('due')
      .description('List the notices of your agency whose review or expiry is near or past.'),
  )
    .addOption(new Option('--for <what>', 'only these').choices(dues))
    .option('--json', 'one notice as JSON a line')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      const place = await gatewayPlace(options)
      for (const due of options.for === undefined ? dues : [options.for]) {
        for (let next = '0', end = false; !end;) {
          const page = (await callJson({
            ...place,
            url: `${place.url}/v1/notices?due=${due}&after=${next}&limit=500`,
            signal: io.signal,
          })) as Page
          for (const notice of page.notices)
            io.out(options.json ? jsonLine(notice) : lineOf(due, notice))
          ;({ next, end } = page)
        }
      }
    })
}

const lineOf = (due: string, { id, version, kind, review, expires, canonical }: Notice): string =>
  printable(
    `${due.padEnd(6)}  ${(due === 'review' ? review : expires) ?? ''}  ` +
      `${id}  version ${version}  ${kind} ${canonical.key}`,
  )
