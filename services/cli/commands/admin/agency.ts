import { Option, type Command } from 'commander'
import {
  agencyRoles,
  purposes,
  rights,
  type AgencyRole,
  type Purpose,
  type Right,
} from '#core/registry/registry.ts'
import {
  askConsole,
  part,
  reasonOf,
  withConsoleChange,
  type ConsoleChange,
} from '../../places/console-change.ts'
import type { Io } from '../../io.ts'
import { commaList } from '../../input/lists.ts'

type Own = ConsoleChange & { readonly participant: string }
type Admission = Own & {
  readonly name: string
  readonly rights: readonly Right[]
  readonly purposes: readonly Purpose[]
  readonly roles: readonly AgencyRole[]
}

const example = `
With the token of its NCB: nobody else sets a participant's agencies.

Example:
  $ npx switchboard admin agency admit TH-AMLO --participant TH \\
      --name "Anti-Money Laundering Office" --rights read,lookup,submit \\
      --purposes asset-recovery,account-freezing --why "asked for by AMLO" --as ncb:TH`

export const addAgency = (admin: Command, io: Io): void => {
  const agency = admin
    .command('agency')
    .description("Admit an agency, set its rights, suspend or reinstate it: with its NCB's token.")
    .addHelpText('after', example)
  withConsoleChange(
    agency
      .command('admit')
      .argument('<id>')
      .description('Admit an agency, or set anew what it may do, within what the hub has granted.'),
  )
    .requiredOption('--participant <id>', 'whose agency it is')
    .requiredOption('--name <text>', 'its name')
    .addOption(
      new Option('--rights <list>', `any of ${rights.join(', ')}`)
        .default(['read'], 'read')
        .argParser(commaList),
    )
    .addOption(
      new Option('--purposes <list>', `any of ${purposes.join(', ')}`)
        .default([...purposes], 'all')
        .argParser(commaList),
    )
    .addOption(
      new Option('--roles <list>', `any of ${agencyRoles.join(', ')}`)
        .default([], 'none')
        .argParser(commaList),
    )
    .addHelpText('after', example)
    .action(
      async (id: string, { participant, name, rights, purposes, roles, ...options }: Admission) => {
        await askConsole(io, options, {
          path: pathOf(participant, id),
          method: 'PUT',
          body: { name, rights, purposes, roles, why: reasonOf(options) },
        })
        io.out(`${id} is admitted`)
      },
    )
  for (const [name, description, done] of [
    ['suspend', 'Stop an agency from submitting and reading, within 5 seconds.', 'suspended'],
    ['reinstate', 'End a suspension.', 'reinstated'],
  ] as const) {
    withConsoleChange(agency.command(name).argument('<id>').description(description))
      .requiredOption('--participant <id>', 'whose agency it is')
      .action(async (id: string, { participant, ...options }: Own) => {
        await askConsole(io, options, {
          path: `${pathOf(participant, id)}/${name}`,
          method: 'POST',
          body: { why: reasonOf(options) },
        })
        io.out(`${id} is ${done}`)
      })
  }
}

const pathOf = (participant: string, agency: string): string =>
  `/v1/participants/${part(participant)}/agencies/${part(agency)}`
