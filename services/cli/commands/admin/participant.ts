import { Option, type Command } from 'commander'
import type { Participant, ParticipantType, Registry } from '#core/registry.ts'
import { setParticipantStanding, withdrawParticipant, type RegistryChange } from '#core/registry-change.ts'
import { addToRegistry, changeExisting, tellVersion, withChangeOptions, type ChangeOptions } from '../../admin-database.ts'
import type { Io } from '../../io.ts'

type Admission = ChangeOptions & { readonly type: ParticipantType; readonly name: string; readonly attachedTo?: string }

const example = `
Example:
  $ npx switchboard admin participant admit LA --type member --name "Lao PDR" --why "agreement of 2026-11-01"
  $ npx switchboard admin kafka apply`

export const addParticipant = (admin: Command, io: Io): void => {
  const participant = admin.command('participant').description('Admit, suspend, reinstate or withdraw a participant.')
  withChangeOptions(participant.command('admit').argument('<id>').description('Admit a participant, again after a withdrawal, or change its name.'))
    .addOption(new Option('--type <type>').choices(['member', 'dialogue-partner', 'corporate-partner']).makeOptionMandatory())
    .requiredOption('--name <text>', 'its name')
    .option('--attached-to <member>', 'of a corporate partner: the member whose NCB it is attached to')
    .addHelpText('after', example)
    .action(async (id: string, { type, name, attachedTo, ...options }: Admission) => {
      const { registry } = await addToRegistry(options, { participants: [{ id, type, name, ...(attachedTo !== undefined && { attachedTo }) }] })
      tellVersion(io, `${id} is admitted`, registry)
    })
  const add = (name: string, description: string, done: string, change: (id: string) => RegistryChange): void => {
    withChangeOptions(participant.command(name).argument('<id>').description(description)).action(async (id: string, options: ChangeOptions) => {
      tellVersion(io, `${id} ${done}`, await changeExisting(options, unknown(id), change(id)))
    })
  }
  add('suspend', 'Stop a participant from submitting and reading, within 5 seconds.', 'is suspended', (id) => setParticipantStanding(id, 'suspended'))
  add('reinstate', 'End a suspension.', 'is reinstated', (id) => setParticipantStanding(id, 'active'))
  add('withdraw', 'End a membership: what is logged from now on does not reach it.', 'is withdrawn', withdrawParticipant)
}

const unknown = (id: Participant['id']) => (registry: Registry): string | undefined =>
  registry.participants.has(id) ? undefined : `there is no participant ${id}; see: switchboard admin registry show`
