import { Option, type Command } from 'commander'
import {
  part,
  proposeAt,
  withConsoleChange,
  type ConsoleChange,
} from '../../places/console-change.ts'
import type { Io } from '../../io.ts'
import { commaList } from '../../input/lists.ts'

type Setting = ConsoleChange & { readonly name: string; readonly members: readonly string[] }

export const addGroup = (admin: Command, io: Io): void => {
  const group = admin
    .command('group')
    .description('Groups of participants that notices can be released to.')
  withConsoleChange(
    group
      .command('set')
      .argument('<id>')
      .description(
        "Propose a group's members; who leaves keeps what was logged while it belonged.",
      ),
  )
    .requiredOption('--name <text>', 'its name')
    .addOption(
      new Option('--members <list>', 'all of its members')
        .argParser(commaList)
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard admin group set MEKONG --name "Mekong subregion" ' +
        '--members TH,KH,VN,LA --why "LA joins"',
    )
    .action(async (id: string, { name, members, ...options }: Setting) =>
      proposeAt(io, options, `the group ${id} of ${members.length} members`, {
        path: `/v1/groups/${part(id)}`,
        method: 'PUT',
        body: { name, members },
      }),
    )
}
