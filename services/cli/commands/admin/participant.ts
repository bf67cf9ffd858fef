import { Option, type Command } from 'commander'
import { purposes, rights, type ParticipantType } from '#core/registry/registry.ts'
import {
  part,
  proposeAt,
  withConsoleChange,
  type ConsoleChange,
} from '../../places/console-change.ts'
import type { Io } from '../../io.ts'
import { commaList } from '../../input/lists.ts'

type Admission = ConsoleChange & {
  readonly type: ParticipantType
  readonly name: string
  readonly attachedTo?: string
}
type Granting = ConsoleChange & {
  readonly rights: readonly string[]
  readonly purposes: readonly string[]
}

const example = `
Each of these is a proposal, in force when another person of the hub approves it; a suspension is in
force at once and confirmed afterwards. The id of the proposal goes to stdout.

Example, by two persons:
  $ npx switchboard admin participant admit LA --type member --name "Lao PDR" \\
      --why "agreement of 2026-11-01" --as operator
  $ npx switchboard admin proposal approve 1 --why "seen the agreement" --as admin`

export const addParticipant = (admin: Command, io: Io): void => {
  const participant = admin
    .command('participant')
    .description('Admit, suspend, reinstate or withdraw a participant, with two persons.')
    .addHelpText('after', example)
  withConsoleChange(
    participant
      .command('admit')
      .argument('<id>')
      .description('Admit a participant, again after a withdrawal, or change its name.'),
  )
    .addOption(
      new Option('--type <type>')
        .choices(['member', 'dialogue-partner', 'corporate-partner'])
        .makeOptionMandatory(),
    )
    .requiredOption('--name <text>', 'its name')
    .option(
      '--attached-to <member>',
      'of a corporate partner: the member whose NCB it is attached to',
    )
    .addHelpText('after', example)
    .action(async (id: string, { type, name, attachedTo, ...options }: Admission) =>
      proposeAt(io, options, `the admission of ${id}`, {
        path: '/v1/participants',
        body: { id, type, name, ...(attachedTo !== undefined && { attachedTo }) },
      }),
    )
  withConsoleChange(
    participant
      .command('grant')
      .argument('<id>')
      .description(
        'Set what its NCB may give to its agencies; what they hold beyond it they lose.',
      ),
  )
    .addOption(
      new Option('--rights <list>', `any of ${rights.join(', ')}`)
        .argParser(commaList)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--purposes <list>', `any of ${purposes.join(', ')}`)
        .default([...purposes], 'all')
        .argParser(commaList),
    )
    .action(async (id: string, { rights, purposes, ...options }: Granting) =>
      proposeAt(io, options, `the grant of ${id}`, {
        path: `/v1/participants/${part(id)}/grant`,
        method: 'PUT',
        body: { grant: { rights, purposes } },
      }),
    )
  for (const [name, description, what] of standings)
    addStanding(participant, io, name, description, what)
}

const addStanding = (
  participant: Command,
  io: Io,
  name: string,
  description: string,
  what: string,
): void => {
  withConsoleChange(participant.command(name).argument('<id>').description(description)).action(
    async (id: string, options: ConsoleChange) =>
      proposeAt(io, options, `the ${what} of ${id}`, {
        path: `/v1/participants/${part(id)}/${name}`,
      }),
  )
}

const standings = [
  [
    'suspend',
    'Stop a participant from submitting and reading, at once and within 5 seconds everywhere.',
    'suspension',
  ],
  ['reinstate', 'End a suspension.', 'reinstatement'],
  ['withdraw', 'End a membership: what is logged from then on does not reach it.', 'withdrawal'],
] as const
