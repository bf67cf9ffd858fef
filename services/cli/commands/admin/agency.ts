import { Option, type Command } from 'commander'
import { purposes, type AgencyRole, type Purpose, type Registry, type Right } from '#core/registry.ts'
import { setAgencyStanding, type RegistryChange } from '#core/registry-change.ts'
import { addToRegistry, changeExisting, tellVersion, withChangeOptions, type ChangeOptions } from '../../admin-database.ts'
import type { Io } from '../../io.ts'
import { commaList } from '../../lists.ts'

type Admission = ChangeOptions & {
  readonly participant: string
  readonly name: string
  readonly rights: readonly Right[]
  readonly purposes: readonly Purpose[]
  readonly roles: readonly AgencyRole[]
}

const example = `
Example:
  $ npx switchboard admin agency admit TH-AMLO --participant TH --name "Anti-Money Laundering Office" \\
      --rights read,lookup,submit --purposes asset-recovery,account-freezing --why "asked for by TH's NCB"`

export const addAgency = (admin: Command, io: Io): void => {
  const agency = admin.command('agency').description('Admit an agency, set its rights, suspend or reinstate it.')
  withChangeOptions(agency.command('admit').argument('<id>').description('Admit an agency, or set anew what it may do.'))
    .requiredOption('--participant <id>', 'whose agency it is')
    .requiredOption('--name <text>', 'its name')
    .addOption(new Option('--rights <list>', 'any of read, strict, case, lookup, submit').default(['read'], 'read').argParser(commaList))
    .addOption(new Option('--purposes <list>', `any of ${purposes.join(', ')}`).default([...purposes], 'all').argParser(commaList))
    .addOption(new Option('--roles <list>', 'any of ncb, victim-desk').default([], 'none').argParser(commaList))
    .addHelpText('after', example)
    .action(async (id: string, { participant, name, rights, purposes, roles, ...options }: Admission) => {
      const { registry } = await addToRegistry(options, { agencies: [{ id, participant, name, rights, purposes, roles }] })
      tellVersion(io, `${id} is admitted`, registry)
    })
  const add = (name: string, description: string, done: string, change: (id: string) => RegistryChange): void => {
    withChangeOptions(agency.command(name).argument('<id>').description(description)).action(async (id: string, options: ChangeOptions) => {
      tellVersion(io, `${id} ${done}`, await changeExisting(options, unknown(id), change(id)))
    })
  }
  add('suspend', 'Stop an agency from submitting and reading, within 5 seconds.', 'is suspended', (id) => setAgencyStanding(id, 'suspended'))
  add('reinstate', 'End a suspension.', 'is reinstated', (id) => setAgencyStanding(id, 'active'))
}

const unknown = (id: string) => (registry: Registry): string | undefined =>
  registry.agencies.has(id) ? undefined : `there is no agency ${id}; see: switchboard admin registry show`
