import { Option, type Command } from 'commander'
import { purposes, type Purpose } from '#core/registry/registry.ts'
import {
  askConsole,
  part,
  reasonOf,
  withConsoleChange,
  type ConsoleChange,
} from '../../places/console-change.ts'
import { refused } from '../../failure.ts'
import type { Io } from '../../io.ts'

type Own = ConsoleChange & { readonly participant: string; readonly agency: string }
type Creation = Own & { readonly purpose: Purpose }
type Answered = { readonly clientSecret?: string }

const example = `
With the token of its NCB. The id begins with the agency's.

Example:
  $ npx switchboard admin client create kh-acd-cases --participant KH --agency KH-ACD \\
      --purpose criminal-investigation --why "case system" --as ncb:KH`

export const addClient = (admin: Command, io: Io): void => {
  const client = admin
    .command('client')
    .description("Programs of agencies that read the feeds: with their NCB's token.")
    .addHelpText('after', example)
  ofAgency(client.command('create').description('Make a client and print its secret, once.'))
    .addOption(
      new Option('--purpose <purpose>', 'fixed in its tokens')
        .choices(purposes)
        .makeOptionMandatory(),
    )
    .addHelpText('after', example)
    .action(async (id: string, { purpose, ...options }: Creation) =>
      shown(
        io,
        id,
        (
          await askConsole<Answered>(io, options, {
            path: pathOf(options, id),
            method: 'PUT',
            body: { purpose, why: reasonOf(options) },
          })
        ).clientSecret,
      ),
    )
  ofAgency(
    client
      .command('secret')
      .description(
        'Give a client another secret and print it, once; the one before opens nothing any more.',
      ),
  ).action(async (id: string, options: Own) =>
    shown(
      io,
      id,
      (
        await askConsole<Answered>(io, options, {
          path: `${pathOf(options, id)}/secret`,
          method: 'POST',
          body: { why: reasonOf(options) },
        })
      ).clientSecret,
    ),
  )
  for (const [name, description, done] of [
    ['suspend', 'Stop a client, within 5 seconds and whatever tokens it holds.', 'suspended'],
    ['reinstate', 'End a suspension.', 'reinstated'],
  ] as const) {
    ofAgency(client.command(name).description(description)).action(
      async (id: string, options: Own) => {
        await askConsole(io, options, {
          path: `${pathOf(options, id)}/${name}`,
          method: 'POST',
          body: { why: reasonOf(options) },
        })
        io.out(`client ${id} is ${done}`)
      },
    )
  }
}

const ofAgency = (command: Command): Command =>
  withConsoleChange(command.argument('<id>'))
    .requiredOption('--participant <id>', 'whose agency it is')
    .requiredOption('--agency <id>', 'whose client it is')
const shown = (io: Io, id: string, clientSecret: string | undefined): void => {
  if (clientSecret === undefined)
    throw refused(
      `there is a client ${id} already; for another ` +
        `secret: switchboard admin client secret ${id}`,
    )
  io.out(JSON.stringify({ clientId: id, clientSecret }))
  io.err(`the secret of ${id} is not kept and cannot be shown again`)
}

const pathOf = ({ participant, agency }: Own, id: string): string =>
  `/v1/participants/${part(participant)}/agencies/${part(agency)}/clients/${part(id)}`
