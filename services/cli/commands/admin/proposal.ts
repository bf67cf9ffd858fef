import type { Command } from 'commander'
import {
  askConsole,
  part,
  reasonOf,
  withConsoleChange,
  withConsolePlace,
  type ConsoleChange,
  type ConsoleOptions,
} from '../../places/console-change.ts'
import type { Io } from '../../io.ts'
import { jsonLine, jsonText } from '../../output/printable.ts'

type Page = { readonly proposals: readonly object[]; readonly next: string; readonly end: boolean }
type Decided = { readonly state: string; readonly inForceSince: number | null }

const example = `
Example:
  $ npx switchboard admin proposal list --open
  $ npx switchboard admin proposal approve 1 --why "compared by telephone" --as admin`

export const addProposal = (admin: Command, io: Io): void => {
  const proposal = admin
    .command('proposal')
    .description('What waits for a second person of the hub.')
    .addHelpText('after', example)
  withConsolePlace(
    proposal.command('list').description('One line of JSON for each proposal, oldest first.'),
  )
    .option('--open', 'only what still waits')
    .action(async ({ open, ...options }: ConsoleOptions & { readonly open?: true }) => {
      for (let after = '0', end = false; !end;) {
        const page = await askConsole<Page>(io, options, {
          path: `/v1/proposals?limit=500&after=${after}`,
        })
        for (const p of page.proposals as { state: string }[])
          if (!open || waiting.has(p.state)) io.out(jsonLine(p))
        ;({ next: after, end } = page)
      }
    })
  withConsolePlace(proposal.command('show').argument('<id>').description('One proposal.')).action(
    async (id: string, options: ConsoleOptions) =>
      io.out(jsonText(await askConsole(io, options, { path: `/v1/proposals/${part(id)}` }))),
  )
  for (const [name, description] of [
    ['approve', 'Approve what another person has proposed; it is then in force.'],
    ['reject', 'Reject it; what is in force already stays so.'],
  ] as const) {
    withConsoleChange(proposal.command(name).argument('<id>').description(description)).action(
      async (id: string, options: ConsoleChange) => {
        const { state, inForceSince } = await askConsole<Decided>(io, options, {
          path: `/v1/proposals/${part(id)}/${name}`,
          method: 'POST',
          body: { why: reasonOf(options) },
        })
        const effect =
          inForceSince === null ? '; nothing has changed' : ` (registry version ${inForceSince})`
        io.out(`proposal ${id} is ${state}${effect}`)
      },
    )
  }
}

const waiting = new Set(['open', 'unconfirmed', 'overdue'])
