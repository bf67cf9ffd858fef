import { Option, type Command } from 'commander'
import { purposes, type Purpose, type Registry } from '#core/registry.ts'
import { setClientStanding, type RegistryChange } from '#core/registry-change.ts'
import { addToRegistry, changeExisting, tellVersion, withChangeOptions, withDatabase, type ChangeOptions } from '../../admin-database.ts'
import { refused } from '../../failure.ts'
import type { Io } from '../../io.ts'
import { loadRegistry } from '#store/registry.ts'

type Creation = ChangeOptions & { readonly agency: string; readonly purpose: Purpose }

export const addClient = (admin: Command, io: Io): void => {
  const client = admin.command('client').description("Programs of agencies that read the feeds.")
  withChangeOptions(client.command('create').argument('<id>').description('Make a client and print its secret, once.'))
    .requiredOption('--agency <id>', 'whose client it is')
    .addOption(new Option('--purpose <purpose>', 'fixed in its tokens').choices(purposes).makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  $ npx switchboard admin client create KH-ACD-feed --agency KH-ACD --purpose criminal-investigation --why "case system"')
    .action(async (id: string, { agency, purpose, ...options }: Creation) => {
      const held = await withDatabase(options, loadRegistry)
      if (held.clients.has(id)) throw refused(`there is a client ${id} already; name another`)
      const { registry, secrets } = await addToRegistry(options, { clients: [{ id, agency, purpose }] })
      io.out(JSON.stringify({ clientId: id, clientSecret: secrets[id] }))
      io.err(`client ${id} of ${agency} is made (registry version ${registry.version}); its secret is not kept and cannot be shown again`)
    })
  const add = (name: string, description: string, done: string, change: (id: string) => RegistryChange): void => {
    withChangeOptions(client.command(name).argument('<id>').description(description)).action(async (id: string, options: ChangeOptions) => {
      tellVersion(io, `client ${id} ${done}`, await changeExisting(options, unknown(id), change(id)))
    })
  }
  add('suspend', 'Stop a client, within 5 seconds and whatever tokens it holds.', 'is suspended', (id) => setClientStanding(id, 'suspended'))
  add('reinstate', 'End a suspension.', 'is reinstated', (id) => setClientStanding(id, 'active'))
}

const unknown = (id: string) => (registry: Registry): string | undefined =>
  registry.clients.has(id) ? undefined : `there is no client ${id}; see: switchboard admin registry show`
